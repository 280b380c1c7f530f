"""Parameters of quotes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from connectlib.core.payment_kinds import KINDS
from connectlib.core.refusals import Refused, Why
from connectlib.wire.errors import Invalid
from connectlib.wire.params import charges
from connectlib.wire.params.addresses import CountryCode
from connectlib.wire.params.base import Text255, parse

if TYPE_CHECKING:
    from connectlib.core.commands import CreateCharge


class Quote(charges.Create):
    """`fees.quote`: a charge, whose method may be told by its kind alone."""

    source: Text255 = ""  # none: the fields below say what fees depend on
    payment_method_type: Text255 = "card"
    card_brand: Text255 | None = None
    payment_method_country: CountryCode | None = None


class Asked(NamedTuple):
    """What is to be quoted: a charge, and the method where no source is named."""

    command: CreateCharge
    kind: str
    brand: str | None
    country: str | None


def quote(given: dict[str, Any], *, account: str, platform: str) -> Asked:
    """What `fees.quote` asks. Raises Invalid."""
    asked = parse(Quote, given)
    if asked.payment_method_type not in KINDS:
        raise Invalid(
            Refused(
                Why.PARAMETER_INVALID,
                f"Invalid payment_method_type: {asked.payment_method_type[:40]}.",
                "payment_method_type",
                f"one of {', '.join(KINDS)}",
            )
        )
    return Asked(
        charges.command_of(asked, account=account, platform=platform),
        asked.payment_method_type,
        asked.card_brand,
        asked.payment_method_country,
    )
