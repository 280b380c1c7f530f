"""Who bears the processor's fees of one charge: what its kind and the policy make of each."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from connectlib.core.fee_bearers import ACCOUNT, DESTINATION, DIRECT, PLATFORM, SEPARATE
from connectlib.core.fees import CONVERSION

if TYPE_CHECKING:
    from connectlib.core.fee_bearers import Bearers
    from connectlib.core.fees import FeeLine
    from connectlib.core.rows import Charge


def kind_of(row: Charge, platform: str) -> str:
    """The kind of a charge: direct, destination or separate."""
    if row.account != platform:
        return DIRECT
    return DESTINATION if row.destination is not None else SEPARATE


@lru_cache(maxsize=4096)
def bearer_of(bearers: Bearers, fee: str, kind: str, payer: str) -> str:
    """Who bears a fee of a kind of charge. payer: `controller.fees.payer`, as accounts have it."""
    return bearers.of(fee, kind, fees_payer=PLATFORM if payer == "application" else ACCOUNT)


def borne_by(
    bearer: str, bearers: Bearers, kind: str, payer: str, parts: tuple[FeeLine, ...]
) -> tuple[FeeLine, ...]:
    """Those of the processor's fees that one side bears."""
    if len(parts) == 1 and parts[0].description != CONVERSION:
        return parts if bearer_of(bearers, "processing", kind, payer) == bearer else ()
    return tuple(
        part
        for part in parts
        if bearer_of(bearers, "fx" if part.description == CONVERSION else "processing", kind, payer)
        == bearer
    )
