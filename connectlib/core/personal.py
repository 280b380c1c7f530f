"""What of a row is personal, and the shape it has at rest.

A sealed text is `v1.<generation>.<nonce and ciphertext, base64url>`. Nobody can write one by
hand: texts of that shape are refused where they come in.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from connectlib.core.drafts import encode
from connectlib.core.rows import Customer, ExternalAccount, Person, Token

if TYPE_CHECKING:
    from connectlib.core.rows import DataKey

#: Texts sealed under one data key, half of what NIST SP 800-38D section 8.3 allows for random
#: nonces: the other half is for attempts that were never committed, which nobody counts.
USES_MAX = 2**31
_SEALED = re.compile(r"v1\.([1-9][0-9]{0,9})\.[A-Za-z0-9_-]{38,}={0,2}")


class Personal(NamedTuple):
    """What is personal in a kind of row.

    table: its name in what a seal is bound to, for good. columns: texts, sealed each for itself.
    subject: the column of the id whose key they are under. exact: columns that an exact search
    asks for, each with the column of its blind index.
    """

    table: str
    columns: tuple[str, ...]
    subject: str = "id"
    exact: tuple[tuple[str, str], ...] = ()


#: {row class: what of it is personal}
PERSONAL: dict[type[Any], Personal] = {
    Customer: Personal(
        "customer",
        ("email", "name", "phone", "address", "shipping"),
        exact=(("email", "email_index"),),
    ),
    Person: Personal("person", ("told",), subject="account"),
    ExternalAccount: Personal("external_account", ("secret", "holder"), subject="account"),
    Token: Personal("token", ("payload",), subject="account"),
}


class Place(NamedTuple):
    """Where a text belongs: a seal opens there and nowhere else."""

    table: str
    column: str
    row: str


def is_sealed(text: object) -> bool:
    """Whether a text has the shape of a sealed one."""
    return isinstance(text, str) and text.startswith("v1.") and bool(_SEALED.fullmatch(text))


def generation_of(sealed: str) -> str:
    """The generation of the data key that a text is sealed under."""
    return sealed.split(".", 2)[1]


def bound_to(key: DataKey, generation: str, place: Place | None = None) -> bytes:
    """What a seal authenticates beside its text: tenant, place and version of the key.

    Without a place: what the data key itself is bound to under its key-encryption key.
    """
    words = place if place is not None else ("data key", key.id, key.subject)
    return encode([key.account, *words, generation]).encode()
