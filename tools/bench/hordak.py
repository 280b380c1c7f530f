"""django-hordak's three-leg transaction, in a process of its own: seconds for n of them.

    python -m tools.bench.hordak URL N

It sets up Django on a database of its own, so it is run by path and never imported.
"""

from __future__ import annotations

import sys
import time


def main(url: str, n: int) -> None:
    """Print the seconds that n three-leg transactions took."""
    import django
    from django.conf import settings
    from psycopg.conninfo import conninfo_to_dict

    parts = conninfo_to_dict(url)
    settings.configure(
        INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "mptt", "hordak"],
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.postgresql",
                "NAME": parts["dbname"],
                "USER": parts["user"],
                "HOST": parts["host"],
                "PORT": parts["port"],
            }
        },
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        USE_TZ=True,
        CURRENCIES=["USD"],
        DEFAULT_CURRENCY="USD",
        SECRET_KEY="bench",
    )
    django.setup()
    from django.core.management import call_command
    from django.db import transaction
    from hordak.models import Account, Leg, Transaction
    from moneyed import Money

    call_command("migrate", verbosity=0)
    books = [
        Account.objects.create(name=f"a{i}", code=str(i), type="LI", currencies=["USD"])
        for i in range(3)
    ]

    def one() -> None:
        with transaction.atomic():
            made = Transaction.objects.create()
            for book, amount in zip(books, (10, -7, -3), strict=True):
                Leg.objects.create(transaction=made, account=book, amount=Money(amount, "USD"))

    for _ in range(20):
        one()
    began = time.perf_counter()
    for _ in range(n):
        one()
    print(time.perf_counter() - began)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
