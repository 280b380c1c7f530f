"""Who bears which fee, and who ends with what of a charge.

The three kinds of charge are direct, destination and separate. As Stripe does it, the platform
bears every fee of a charge of its own; the fees of a direct charge are borne by whom
`controller.fees.payer` of the account names. (Stripe docs, "Charge types".)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, NamedTuple

from connectlib.core.fee_fields import check_word, only, within

PLATFORM, ACCOUNT = "platform", "account"
BEARERS = (PLATFORM, ACCOUNT)
DIRECT, DESTINATION, SEPARATE = "direct", "destination", "separate"
KINDS = (DIRECT, DESTINATION, SEPARATE)


class ByKind(NamedTuple):
    """Who bears a fee, by kind of charge; None = as Stripe does."""

    direct: str | None = None
    destination: str | None = None
    separate: str | None = None


@dataclass(frozen=True, slots=True)
class Bearers:
    """Who bears each fee: "platform" or "account"; None = as Stripe does.

    Each but payout may be told by kind of charge: {"destination": "account"}. processing: what
    the processor takes of a charge, without the conversion. fx: its fee for converting a charge.
    refund: what a refund costs, and the processing fee that it does not return. dispute: the fee
    of a dispute. payout: the fees of payouts.
    """

    processing: str | Mapping[str, str | None] | ByKind | None = None
    refund: str | Mapping[str, str | None] | ByKind | None = None
    dispute: str | Mapping[str, str | None] | ByKind | None = None
    payout: str | None = None
    fx: str | Mapping[str, str | None] | ByKind | None = None

    def __post_init__(self) -> None:
        for each in fields(self):
            value = getattr(self, each.name)
            if each.name != "payout" and isinstance(value, Mapping):
                value = ByKind(**only(value, each.name, KINDS))
            if isinstance(value, ByKind):
                for kind, bearer in zip(KINDS, value, strict=True):
                    _check_bearer(bearer, f"{each.name}.{kind}")
                object.__setattr__(self, each.name, value if any(value) else None)
            else:
                _check_bearer(value, each.name)

    def of(self, fee: str, kind: str = DIRECT, *, fees_payer: str = ACCOUNT) -> str:
        """Who bears a fee: "platform" or "account".

        fee: processing, refund, dispute, payout or fx. kind: of the charge: direct, destination
        or separate; a payout has none. fees_payer: `controller.fees.payer` of the account.
        """
        check_word(fee, "fee", [each.name for each in fields(self)])
        check_word(kind, "kind", KINDS)
        told: str | ByKind | None = getattr(self, fee)
        found: str | None = getattr(told, kind) if isinstance(told, ByKind) else told
        if found is not None:
            return found
        # A payout is the account's own; that its fees follow the payer of the others is unverified.
        by_payer = ACCOUNT if fees_payer == ACCOUNT else PLATFORM
        return by_payer if kind == DIRECT or fee == "payout" else PLATFORM

    def to_dict(self) -> dict[str, Any]:
        """The bearers as an object of a file."""
        found: dict[str, Any] = {}
        for each in fields(self):
            value = getattr(self, each.name)
            if isinstance(value, ByKind):
                value = {kind: bearer for kind, bearer in value._asdict().items() if bearer}
            if value:
                found[each.name] = value
        return found

    @classmethod
    def from_dict(cls, data: Any, at: str = "bearers") -> Bearers:
        """The bearers that `to_dict` wrote. at: where they stand, for errors."""
        told = only(data, at, [each.name for each in fields(cls)])
        with within(at):
            return cls(**told)


def _check_bearer(value: Any, field: str) -> None:
    if value is not None:
        check_word(value, field, BEARERS)


class Parts(NamedTuple):
    """Who ends with what of a charge, in minor units; the three add up to the charge."""

    account: int
    platform: int
    processor: int


def parts(
    kind: str,
    amount: int,
    processing: int,
    application: int = 0,
    transfer_amount: int | None = None,
    bearer: str = PLATFORM,
    *,
    fx: int = 0,
    fx_bearer: str | None = None,
) -> Parts:
    """Who ends with what of a charge; all amounts in minor units of one currency.

    kind: direct, destination or separate. processing: the processor's fee. application: the
    application fee. transfer_amount: of a destination charge, what the account gets instead of
    everything less the application fee; of separate charges, the sum of their transfers. bearer:
    who bears the processing fee. fx: the fee for a conversion. fx_bearer: who bears that, None =
    the same. Out of a direct charge the processor takes its fee of the account even where that
    leaves it negative. An account that is paid by a transfer bears at most what it gets, and the
    platform the rest.
    """
    share = share_of(kind, amount, application, transfer_amount)
    borne = _borne(processing, bearer, "processing")
    borne += _borne(fx, bearer if fx_bearer is None else fx_bearer, "fx")
    if kind != DIRECT:
        borne = min(borne, share)
    fee = processing + fx
    return Parts(share - borne, amount - share - (fee - borne), fee)


def _borne(fee: int, bearer: str, field: str) -> int:
    """What the account bears of a fee."""
    if fee < 0:
        raise ValueError(f"{field} must be 0 or more, not {fee}")
    if bearer == ACCOUNT:
        return fee
    if bearer != PLATFORM:
        raise ValueError(f"{field}: the bearer must be platform or account, not {bearer!r}")
    return 0


def share_of(
    kind: str, amount: int, application: int = 0, transfer_amount: int | None = None
) -> int:
    """What the account gets of a charge before it bears any fee, in minor units."""
    if kind not in KINDS:
        check_word(kind, "kind", KINDS)
    if not 0 <= application <= amount:
        raise ValueError(f"application must be from 0 to the amount ({amount}), not {application}")
    if transfer_amount is None:
        if kind != SEPARATE:
            return amount - application
    elif kind == DIRECT:
        raise ValueError("transfer_amount is for destination and separate charges")
    elif not 0 <= transfer_amount <= amount:
        raise ValueError(
            f"transfer_amount must be from 0 to the amount ({amount}), not {transfer_amount}"
        )
    if application:
        raise ValueError("application is for direct charges and those without transfer_amount")
    return transfer_amount or 0
