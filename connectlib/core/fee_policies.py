"""All that anybody is charged, and who bears it, as one value that can be kept in a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from connectlib.core.application_fee_policies import ApplicationFeePolicy
from connectlib.core.fee_bearers import ACCOUNT, DESTINATION, SEPARATE, Bearers
from connectlib.core.fee_fields import (
    ANY,
    check_country,
    check_currency,
    check_flag,
    check_mapping,
    check_ppm,
    check_text,
    check_type,
    check_whole,
    check_word,
    frozen,
    only,
    places,
    rows_of,
    within,
    without_defaults,
)
from connectlib.core.fee_rates import Rate, check_rate, read_rate
from connectlib.core.fees import DEFAULT_FEES, FeeSchedule
from connectlib.core.money import PPM, proportion_half_up, share_half_up

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

#: (country of the account, currency); `*` is any.
Place = tuple[str, str]

PROCESSING_REFUND = "Stripe processing fee refund"
DISPUTE = "Dispute fee"
DISPUTE_REFUND = "Dispute fee refund"
STANDARD, INSTANT = "standard", "instant"


class DisputeFee(NamedTuple):
    """What the processor takes for a dispute, in minor units, and whether a win returns it."""

    amount: int
    returned_on_win: bool = False
    source: str = ""


_MEASURED = "measured on recorded traffic; not returned since the end of 2024"
_EUROPE = "support.stripe.com, pricing updates for the UK and the EEA of April 2023"
_WANTING = "the fee in usd, for want of another figure; unverified"
LIST_DISPUTES: Mapping[Place, DisputeFee] = {
    (ANY, "usd"): DisputeFee(1_500, source=_MEASURED),
    (ANY, "cad"): DisputeFee(1_500, source=_MEASURED),
    (ANY, "eur"): DisputeFee(2_000, source=_EUROPE),
    (ANY, "gbp"): DisputeFee(2_000, source=_EUROPE),
    (ANY, ANY): DisputeFee(1_500, source=_WANTING),
}
_INSTANT = "Stripe docs, Instant Payouts: 1 %, at least 0.50 USD; unverified"
LIST_INSTANT_PAYOUTS: Mapping[Place, Rate] = {
    ("US", "usd"): Rate(10_000, 0, _INSTANT, min=50),
    (ANY, ANY): Rate(10_000, 0, "the US price, for want of another figure; unverified"),
}


def _find(table: Mapping[Place, T], country: str, currency: str) -> T | None:
    """The most telling entry: currency before country."""
    for two in (currency, ANY):
        for one in places(country):
            if (one, two) in table:
                return table[one, two]
    return None


def _checked(table: Mapping[Any, T], name: str, check: Callable[[Any], T]) -> Mapping[Place, T]:
    for key, value in check_mapping(table, name).items():
        if not isinstance(key, tuple) or len(key) != 2:
            raise ValueError(f"{name}: a key is (country, currency), not {key!r}")
        with within(f"{name}[{', '.join(map(str, key))}]"):
            check_country(key[0], "country")
            check_currency(key[1], "currency")
            check(value)
    return frozen(table)


def _read(
    data: Any, at: str, known: tuple[str, ...], read: Callable[[Mapping[str, Any]], T]
) -> dict[Place, T]:
    def row(found: Any, where: str) -> tuple[Place, T]:
        told = only(found, where, ("country", "currency", *known))
        with within(where):
            country = check_country(told.get("country", ANY), "country")
            currency = check_currency(told.get("currency", ANY), "currency")
            return (country, currency), read(told)

    return rows_of(data, at, row)


def _check_dispute(fee: Any) -> DisputeFee:
    found = check_type(fee, "fee", DisputeFee)
    check_whole(found.amount, "amount")
    check_flag(found.returned_on_win, "returned_on_win")
    if found.source:
        check_text(found.source, "source")
    return found


def _read_dispute(row: Mapping[str, Any]) -> DisputeFee:
    return DisputeFee(*(row.get(name, DisputeFee._field_defaults.get(name, 0))
                        for name in DisputeFee._fields))  # fmt: skip


@dataclass(frozen=True, slots=True)
class DisputeFees:
    """Dispute fees by (country of the account, currency); `*` is any, currency before country."""

    table: Mapping[Place, DisputeFee] = field(default_factory=lambda: LIST_DISPUTES, hash=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "table", _checked(self.table, "table", _check_dispute))

    def of(self, country: str, currency: str) -> DisputeFee:
        """The fee that applies; none where no entry does."""
        return _find(self.table, country, currency) or DisputeFee(0)

    def to_dict(self) -> dict[str, Any]:
        """The fees as an object of a file."""
        return {
            "table": [
                {
                    "country": one,
                    "currency": two,
                    **without_defaults(fee._asdict(), DisputeFee._field_defaults),
                }
                for (one, two), fee in self.table.items()
            ]
        }

    @classmethod
    def from_dict(cls, data: Any, at: str = "dispute") -> DisputeFees:
        """The fees that `to_dict` wrote. at: where they stand, for errors."""
        told = only(data, at, ("table",))
        if "table" not in told:
            return cls()
        table = _read(told["table"], f"{at}.table", DisputeFee._fields, _read_dispute)
        with within(at):
            return cls(table)


@dataclass(frozen=True, slots=True)
class PayoutFees:
    """What payouts cost, by (country of the account, currency); `*` is any.

    standard, instant: the processor's fees; standard payouts are free. markup_ppm: what the
    platform takes of an instant payout on top, as its application fee.
    """

    standard: Mapping[Place, Rate] = field(default_factory=dict, hash=False)
    instant: Mapping[Place, Rate] = field(default_factory=lambda: LIST_INSTANT_PAYOUTS, hash=False)
    markup_ppm: int = 0

    def __post_init__(self) -> None:
        for name in (STANDARD, INSTANT):
            table = _checked(getattr(self, name), name, check_rate)
            object.__setattr__(self, name, table)
        check_ppm(self.markup_ppm, "markup_ppm")

    def of(self, country: str, currency: str, amount: int, *, method: str = STANDARD) -> int:
        """The processor's fee of a payout, in minor units. method: standard or instant."""
        check_word(method, "method", (STANDARD, INSTANT))
        rate = _find(self.standard if method == STANDARD else self.instant, country, currency)
        return rate.of(amount) if rate else 0

    def markup(self, amount: int) -> int:
        """The platform's fee of an instant payout, in minor units, rounded half up."""
        return share_half_up(amount, self.markup_ppm)

    def net_available(self, available: int) -> int:
        """The most that can be paid out at once, its mark-up left in the balance.

        Rounded down: 500 less 3 % on what is paid is 485. (Measured on recorded traffic.)
        """
        return max(0, available) * PPM // (PPM + self.markup_ppm)

    def to_dict(self) -> dict[str, Any]:
        """The fees as an object of a file."""
        tables = {
            name: [
                {"country": one, "currency": two, **rate.to_dict()}
                for (one, two), rate in getattr(self, name).items()
            ]
            for name in (STANDARD, INSTANT)
        }
        return {**tables, "markup_ppm": self.markup_ppm}

    @classmethod
    def from_dict(cls, data: Any, at: str = "payout") -> PayoutFees:
        """The fees that `to_dict` wrote. at: where they stand, for errors."""
        told = dict(only(data, at, [each.name for each in fields(cls)]))
        for name in (STANDARD, INSTANT):
            if name in told:
                told[name] = _read(told[name], f"{at}.{name}", Rate._fields, read_rate)
        with within(at):
            return cls(**told)


def processing_refund(fee: int, before: int, after: int, whole: int) -> int:
    """What a refund returns of a processing fee, in minor units, where the plan returns it.

    before, after: refunded of the charge's `whole` without this refund and with it. What the
    processor keeps is rounded half up, of the sum of all refunds: they return the fee exactly.
    """
    check_whole(fee, "fee")
    check_whole(whole, "whole", least=1)
    check_whole(after, "after", most=whole)
    check_whole(before, "before", most=after)
    kept = [proportion_half_up(fee, whole - refunded, whole) for refunded in (before, after)]
    return kept[0] - kept[1]


_AS_STRIPE, _FREE, _DISPUTES, _PAYOUTS = Bearers(), FeeSchedule({}), DisputeFees(), PayoutFees()


@dataclass(frozen=True, slots=True)
class FeePolicy:
    """All fees, and who bears them: one value that does not change.

    processing: what the processor takes of charges. application: what the platform keeps of them
    where a charge does not say: one policy, or {account id, country or `*`: policy}; None =
    nothing. bearers: who bears what. refund_returns_processing: whether refunds return
    the processing fee in proportion; refund_returns_fixed: its fixed part too. refund: what the
    processor takes for refunds. dispute, payout: its fees for those.
    """

    processing: FeeSchedule = DEFAULT_FEES
    application: ApplicationFeePolicy | Mapping[str, ApplicationFeePolicy] | None = field(
        default=None, hash=False
    )
    bearers: Bearers = _AS_STRIPE
    refund_returns_processing: bool = False
    refund_returns_fixed: bool = False
    refund: FeeSchedule = _FREE
    dispute: DisputeFees = _DISPUTES
    payout: PayoutFees = _PAYOUTS

    def __post_init__(self) -> None:
        for name, wanted in _CLASSES.items():
            check_type(getattr(self, name), name, wanted)
        check_flag(self.refund_returns_processing, "refund_returns_processing")
        check_flag(self.refund_returns_fixed, "refund_returns_fixed")
        object.__setattr__(self, "application", _by_account(self.application))
        for kind in (DESTINATION, SEPARATE):
            if self.refund != _FREE and self.bearers.of("refund", kind) == ACCOUNT:
                raise ValueError(
                    f"bearers.refund.{kind}: what a refund costs is taken out of the balance that"
                    " the refund is, which is the platform's; pass platform, or leave it out"
                )

    @classmethod
    def of(cls, fees: FeeSchedule | FeePolicy | None) -> FeePolicy:
        """A policy of a schedule alone; a policy is itself, None the default one."""
        if isinstance(fees, FeePolicy):
            return fees
        return cls() if fees is None else cls(check_type(fees, "fees", FeeSchedule))

    def application_fee(
        self, amount: int, currency: str, *, account: str = "", country: str = ""
    ) -> int | None:
        """What the platform keeps of a charge, in minor units; None where no policy says.

        account: id of the connected account. country: its country. The account's own policy comes
        before its country's, then that of its region, then `*`.
        """
        found = self.application_policy(account, country)
        return None if found is None else found.of(amount, currency)

    def application_policy(self, account: str, country: str) -> ApplicationFeePolicy | None:
        """The application fee policy that applies to an account."""
        told: Any = self.application
        if not told:
            return None
        known = (told[name] for name in (account, *places(country)) if name in told)
        found: ApplicationFeePolicy | None = next(known, None)
        return found

    def processing_refund(
        self, fee: int, before: int, after: int, whole: int, *, fixed: int = 0
    ) -> int:
        """What a refund returns of a processing fee, in minor units; by default nothing.

        fixed: the part of the fee that did not depend on the amount (`FeeSchedule.fixed`). Plans
        that return the fee keep that part: half of 1356 CAD refunded, with a fee of 39 + 30,
        returned 19. (Measured on recorded traffic.)
        """
        if not self.refund_returns_processing:
            return 0
        kept = 0 if self.refund_returns_fixed else min(fee, fixed)
        return processing_refund(fee - kept, before, after, whole)

    def to_dict(self) -> dict[str, Any]:
        """The policy as an object of a file: `json.dumps(policy.to_dict())`."""
        found: dict[str, Any] = {name: getattr(self, name).to_dict() for name in _CLASSES}
        for name in ("refund_returns_processing", "refund_returns_fixed"):
            found[name] = getattr(self, name)
        told: Any = self.application
        if told:
            found["application"] = {name: policy.to_dict() for name, policy in told.items()}
        return found

    @classmethod
    def from_dict(cls, data: Any, at: str = "fees") -> FeePolicy:
        """The policy that `to_dict` wrote; what is left out is as by default.

        A key that is not known, or a value that makes no sense, is a ValueError that names it.
        at: where the policy stands, for errors.
        """
        told = dict(only(data, at, [each.name for each in fields(cls)]))
        for name, wanted in _CLASSES.items():
            if name in told:
                told[name] = wanted.from_dict(told[name], f"{at}.{name}")
        if told.get("application") is not None:
            rows = told["application"]
            check_mapping(rows, f"{at}.application")
            told["application"] = {
                name: ApplicationFeePolicy.from_dict(row, f"{at}.application[{name}]")
                for name, row in rows.items()
            }
        with within(at):
            return cls(**told)


_CLASSES: dict[str, Any] = {
    "processing": FeeSchedule,
    "bearers": Bearers,
    "refund": FeeSchedule,
    "dispute": DisputeFees,
    "payout": PayoutFees,
}


def _by_account(value: Any) -> Mapping[str, ApplicationFeePolicy] | None:
    if value is None or value == {}:
        return None
    if not isinstance(value, Mapping):
        value = {ANY: check_type(value, "application", ApplicationFeePolicy)}
    for name, policy in value.items():
        if not check_text(name, "application").startswith("acct_"):
            check_country(name, "application")
        check_type(policy, f"application[{name}]", ApplicationFeePolicy)
    return frozen(value)
