"""Parameters of the capabilities of an account."""

from __future__ import annotations

from typing import Any

from connectlib.core.account_commands import UpdateAccount
from connectlib.core.capabilities import NAMES
from connectlib.core.refusals import Refused, Why
from connectlib.wire.errors import Invalid
from connectlib.wire.params.base import Params, parse
from connectlib.wire.params.values import shown, text_of


class Update(Params):
    """`accounts.capabilities.update`."""

    requested: bool | None = None


def name_of(given: object) -> str:
    """The name of a capability, or of the object of one. Raises Invalid."""
    name = text_of(given, "capability")
    if name in NAMES:
        return name
    raise Invalid(
        Refused(
            Why.RESOURCE_MISSING,
            f"No such capability: '{shown(name)}'",
            "capability",
            "use one of " + ", ".join(NAMES),
        )
    )


def update(account: str, name: str, given: dict[str, Any]) -> UpdateAccount:
    """The command of `accounts.capabilities.update`. Raises Invalid."""
    asked = parse(Update, given)
    wanted = () if asked.requested is None else ((name, asked.requested),)
    return UpdateAccount(account, capabilities=wanted)
