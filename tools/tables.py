"""Write the generated tables into the docs, or check them.

python -m tools.tables             write
python -m tools.tables --check     say what is stale
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from connectlib.api.books import policy
from connectlib.core import (
    account_sessions,
    accounts,
    capabilities,
    charges,
    file_links,
    files,
    oauth,
    openings,
    payment_intents,
    payment_methods,
    payouts,
    refunds,
    setup_intents,
    transfer_schedules,
)
from connectlib.core.ledger import DEBIT_NORMAL, GUARDED, Purpose
from connectlib.core.moments import DAY

DOCS = Path(__file__).resolve().parent.parent / "docs"


def postings() -> str:
    """Business fact -> debit, credit."""
    rows = ["| business fact | leg | debit | credit |", "|---|---|---|---|"]
    rows += [f"| {fact} | {leg} | {debit} | {credit} |" for fact, leg, debit, credit in policy()]
    return "\n".join(rows)


def chart() -> str:
    """The chart of accounts."""
    rows = ["| purpose | normal side | may be negative |", "|---|---|---|"]
    rows += [
        f"| {purpose.name.lower()} | {'debit' if purpose in DEBIT_NORMAL else 'credit'}"
        f" | {'no: a CHECK' if purpose in GUARDED else 'yes'} |"
        for purpose in Purpose
    ]
    return "\n".join(rows)


def machines() -> str:
    """The state machines, drawn."""
    found = {
        "payment intent": payment_intents.MACHINE,
        "setup intent": setup_intents.MACHINE,
        "charge": charges.MACHINE,
        "refund": refunds.MACHINE,
        "payout": payouts.MACHINE,
        "transfer schedule": transfer_schedules.MACHINE,
        "account": accounts.MACHINE,
        "capability": capabilities.MACHINE,
    }
    return "\n\n".join(
        f"**{name}**\n\n```mermaid\n{machine.drawing()}\n```" for name, machine in found.items()
    )


def method_machine() -> str:
    """The state machine of payment methods, drawn."""
    return f"```mermaid\n{payment_methods.MACHINE.drawing()}\n```"


def account_machine() -> str:
    """The state machine of accounts, drawn."""
    return f"```mermaid\n{accounts.MACHINE.drawing()}\n```"


def capability_machine() -> str:
    """The state machine of capabilities, drawn."""
    return f"```mermaid\n{capabilities.MACHINE.drawing()}\n```"


def purposes() -> str:
    """What each purpose of a file takes."""
    rows = ["| purpose | types | at most | expires | may be downloaded |", "|---|---|---|---|---|"]
    for name, purpose in files.PURPOSES.items():
        size = purpose.size_max // 1024
        most = f"{size} KB" if size < 1024 else f"{size // 1024} MB"
        kept = "never" if purpose.keep is None else f"after {purpose.keep // DAY} days"
        down = "yes" if purpose.is_downloadable else "no"
        rows.append(f"| `{name}` | {', '.join(purpose.types)} | {most} | {kept} | {down} |")
    return "\n".join(rows)


def link_machine() -> str:
    """The state machine of links to files, drawn."""
    return f"```mermaid\n{file_links.MACHINE.drawing()}\n```"


def components() -> str:
    """The components of account sessions and the features of each."""
    rows = ["| component | features |", "|---|---|"]
    for name, features in account_sessions.COMPONENTS.items():
        rows.append(f"| `{name}` | {', '.join(f'`{each}`' for each in features)} |")
    return "\n".join(rows)


def opening_machine() -> str:
    """The state machine of what opens once, drawn."""
    return f"```mermaid\n{openings.MACHINE.drawing()}\n```"


def oauth_machines() -> str:
    """The state machines of OAuth, drawn."""
    found = {"grant": oauth.MACHINE, "connection": oauth.CONNECTION_MACHINE}
    return "\n\n".join(
        f"**{name}**\n\n```mermaid\n{machine.drawing()}\n```" for name, machine in found.items()
    )


#: {file: {name of the table: what it says}}
TABLES = {
    "accounts.md": {"account": account_machine, "capability": capability_machine},
    "customers.md": {"machine": method_machine},
    "files.md": {"purposes": purposes, "machine": link_machine},
    "onboarding-links.md": {
        "components": components,
        "machine": opening_machine,
        "oauth": oauth_machines,
    },
    "ledger.md": {"postings": postings, "chart": chart, "machines": machines},
}


def filled(text: str, name: str, table: str) -> str:
    """A page with one of its tables replaced."""
    pattern = rf"(<!-- begin {name} -->\n).*?(<!-- end {name} -->)"
    if not re.search(pattern, text, re.DOTALL):
        raise LookupError(f"no place for the table {name}")
    return re.sub(pattern, lambda found: f"{found[1]}{table}\n{found[2]}", text, flags=re.DOTALL)


def main(arguments: list[str]) -> int:
    """Write or check; the exit code is 1 when something is stale."""
    stale = []
    for file, tables in TABLES.items():
        path = DOCS / file
        old = new = path.read_text("utf-8")
        for name, make in tables.items():
            new = filled(new, name, make())
        if new != old and "--check" in arguments:
            stale.append(f"{path}: stale, run python -m tools.tables")
        elif new != old:
            path.write_text(new, "utf-8")
    print(*stale, sep="\n", end="\n" if stale else "", file=sys.stderr)
    return bool(stale)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
