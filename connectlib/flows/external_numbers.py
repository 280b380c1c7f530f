"""Numbers of external accounts on their way to be sealed, and what tells one from another."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from connectlib.core.bank_formats import plain
from connectlib.core.drafts import encode
from connectlib.core.external_changes import CARD, PREFIX
from connectlib.core.external_commands import Sealing
from connectlib.core.refusals import Refused, Why
from connectlib.core.rows import ExternalAccount
from connectlib.flows import personal
from connectlib.ports.bank_numbers import BankNumbers, Seen, Wrong
from connectlib.ports.steps import LookAt

if TYPE_CHECKING:
    from connectlib.core.external_commands import External
    from connectlib.flows.ground import Ground
    from connectlib.ports.steps import Flow

EXTERNAL = "external_account"
_SHORT = 16


def begun(
    ground: Ground, branch: int, given: External, account: str | None = None
) -> Flow[Sealing | Refused]:
    """An external account with the id and fingerprint that it will have; nothing sealed yet.

    account: the id that its account will have, where both are sealed for it.

    The fingerprint is the same for the same number, and keyed where keys are configured. Where
    they are not, no number of a card is kept.
    """
    looked = yield from _looked_at(given)
    if isinstance(looked, Refused):
        return looked
    given = looked
    words = f"{given.country}/{given.routing_number or ''}/{given.number}"
    if ground.sealed:
        print_ = yield from personal.index(ExternalAccount, "number", words)
    else:
        print_ = hashlib.sha256(f"{ground.world.id}/{words}".encode()).hexdigest()
    id_ = yield from personal.new_id(ground, branch, PREFIX[given.object])
    given = given._replace(verify=given.verify or (ground.checks_owners and given.object != CARD))
    keeps = ground.sealed or given.object != CARD
    return Sealing(
        given, given.number if keeps else None, given.holder, _plain(print_), id_, account
    )


def _looked_at(given: External) -> Flow[External | Refused]:
    """A bank account with the name of its bank, where that is known; test numbers have theirs."""
    details = json.loads(given.details)
    if given.object == CARD or details.get("bank_name"):
        return given
    routing = plain(given.routing_number) if given.routing_number else None
    found: Seen | Wrong = yield LookAt(BankNumbers(given.country, routing, given.number))
    if isinstance(found, Wrong):
        routed = found.part == "routing_number"
        return Refused(
            Why.ROUTING_NUMBER_INVALID if routed else Why.ACCOUNT_NUMBER_INVALID,
            found.message,
            f"external_account[{found.part}]",
            found.hint,
        )
    if found.bank_name is None:
        return given
    return given._replace(details=encode({**details, "bank_name": found.bank_name}))


def _plain(print_: str) -> str:
    return "".join(letter for letter in print_ if letter.isalnum())[:_SHORT]


def texts_of(ready: Sealing) -> dict[str, str | None]:
    """What of an external account is sealed."""
    return {"secret": ready.secret, "holder": ready.holder}
