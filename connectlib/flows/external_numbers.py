"""Numbers of external accounts on their way to be sealed, and what tells one from another."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from connectlib.core.external_changes import CARD, PREFIX
from connectlib.core.external_commands import Sealing
from connectlib.core.rows import ExternalAccount
from connectlib.flows import personal

if TYPE_CHECKING:
    from connectlib.core.external_commands import External
    from connectlib.flows.ground import Ground
    from connectlib.ports.steps import Flow

EXTERNAL = "external_account"
_SHORT = 16


def begun(
    ground: Ground, branch: int, given: External, account: str | None = None
) -> Flow[Sealing]:
    """An external account with the id and fingerprint that it will have; nothing sealed yet.

    account: the id that its account will have, where both are sealed for it.


    The fingerprint is the same for the same number, and keyed where keys are configured. Where
    they are not, no number of a card is kept.
    """
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


def _plain(print_: str) -> str:
    return "".join(letter for letter in print_ if letter.isalnum())[:_SHORT]


def texts_of(ready: Sealing) -> dict[str, str | None]:
    """What of an external account is sealed."""
    return {"secret": ready.secret, "holder": ready.holder}
