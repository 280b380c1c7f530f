"""Capabilities: what an account may do, asked for by name, and granted by what is known of it.

`derived` is the only place that says what an account may do. It looks at the facts of the row
(what was requested, submitted, rejected) and never at what a caller says. (API reference,
Capabilities; Connect docs, "Account capabilities".)
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from connectlib.core.drafts import encode
from connectlib.core.machine import Machine
from connectlib.core.refusals import Refused, Why
from connectlib.core.rows import amend

if TYPE_CHECKING:
    from collections.abc import Iterable

    from connectlib.core.rows import Account

#: A capability of an account. A caller requests and withdraws; the other moves are derived.
MACHINE = Machine(
    initial="unrequested",
    table={
        ("unrequested", "request"): "inactive",
        ("inactive", "verify"): "pending",
        ("inactive", "activate"): "active",
        ("inactive", "withdraw"): "unrequested",
        ("pending", "activate"): "active",
        ("pending", "disable"): "inactive",
        ("pending", "withdraw"): "unrequested",
        ("active", "verify"): "pending",
        ("active", "disable"): "inactive",
        ("active", "withdraw"): "unrequested",
    },
    terminal=frozenset(),
)

_NAMES = (
    "acss_debit_payments affirm_payments afterpay_clearpay_payments alma_payments"
    " amazon_pay_payments app_distribution au_becs_debit_payments bacs_debit_payments"
    " bancontact_payments bank_transfer_payments billie_payments bizum_payments blik_payments"
    " blik_recurring_payments boleto_payments card_issuing card_payments"
    " cartes_bancaires_payments cashapp_payments crypto_payments eps_payments fpx_payments"
    " gb_bank_transfer_payments giropay_payments grabpay_payments ideal_payments"
    " india_international_payments jcb_payments jp_bank_transfer_payments kakao_pay_payments"
    " klarna_payments konbini_payments kr_card_payments legacy_payments link_payments"
    " mb_way_payments mobilepay_payments multibanco_payments mx_bank_transfer_payments"
    " naver_pay_payments nz_bank_account_becs_debit_payments oxxo_payments p24_payments"
    " pay_by_bank_payments payco_payments paynow_payments paypay_payments payto_payments"
    " pix_payments promptpay_payments revolut_pay_payments samsung_pay_payments"
    " satispay_payments scalapay_payments sepa_bank_transfer_payments sepa_debit_payments"
    " sequra_payments sofort_payments sunbit_payments swish_payments tax_reporting_us_1099_k"
    " tax_reporting_us_1099_misc transfers treasury twint_payments upi_payments"
    " us_bank_account_ach_payments us_bank_transfer_payments wero_payments zip_payments"
)
#: Every capability there is (API reference, `capabilities` of an account).
NAMES = tuple(_NAMES.split())
#: Those that a test onboarding gives where none was requested.
USUAL = ("card_payments", "transfers")
#: Those whose state is a column of its own too, because charges and transfers read it.
FAST = ("card_payments", "transfers")
#: What an account under the recipient agreement may hold.
RECIPIENT = ("transfers",)

#: What an account lacks until it is onboarded.
DUE = ("external_account", "tos_acceptance.date")


class Held(NamedTuple):
    """A capability that is requested: its state, and since when it is (microseconds)."""

    status: str
    requested_at: int


class Standing(NamedTuple):
    """What the capabilities of an account hang on.

    due: fields that are missing. pending: fields that are being verified. rejected: whether the
    account has been. submitted: whether its onboarding has been gone through.
    """

    due: tuple[str, ...] = ()
    pending: tuple[str, ...] = ()
    rejected: bool = False
    submitted: bool = False


class Derived(NamedTuple):
    """What an account may do. disabled_reason: why not, in Stripe's words; None where it may.

    due, pending: as in Standing.
    """

    statuses: dict[str, str]
    charges_enabled: bool
    payouts_enabled: bool
    details_submitted: bool
    disabled_reason: str | None
    due: tuple[str, ...]
    pending: tuple[str, ...]


#: Of an account of which nothing is asked.
NOTHING = Derived({}, False, False, False, None, (), ())


def held(row: Account) -> dict[str, Held]:
    """The requested capabilities of an account, by name."""
    return {name: Held(*state) for name, state in json.loads(row.capabilities).items()}


def state(row: Account, name: str) -> Held:
    """A capability of an account, requested or not."""
    return held(row).get(name) or Held(MACHINE.initial, 0)


def standing(row: Account) -> Standing:
    """What is known of an account. The one place where requirements come in."""
    given = set()
    if row.bank is not None:
        given.add("external_account")
    if "date" in json.loads(row.tos):
        given.add("tos_acceptance.date")
    due = () if row.details_submitted else tuple(name for name in DUE if name not in given)
    return Standing(due, (), row.rejected is not None, bool(row.details_submitted))


def status_of(known: Standing) -> str:
    """The state of a requested capability of an account about which this is known."""
    if known.rejected or known.due or not known.submitted:
        return "inactive"
    return "pending" if known.pending else "active"


def derived(row: Account) -> Derived:
    """What an account may do. Pure: the same for the same row."""
    known = standing(row)
    status = status_of(known)
    statuses = dict.fromkeys(json.loads(row.capabilities), status)
    takes = any(takes_money(name) for name in statuses)
    paid = known.submitted and row.bank is not None and not known.due
    return Derived(
        statuses,
        status == "active" and takes,
        paid and not row.payouts_paused,
        known.submitted,
        _disabled(row, known),
        known.due,
        known.pending,
    )


def takes_money(name: str) -> bool:
    """Whether charges follow a capability: payments of any kind, and transfers (measured)."""
    return name == "transfers" or name.endswith("_payments")


#: Why the platform has rejected an account -> how that is told (Connect docs, "Reject").
#: Which of its words goes with which is not published for `credit`.
REASONS = {
    "credit": "rejected.platform_other",
    "fraud_no_intent_to_fulfill": "rejected.platform_fraud",
    "fraud_other": "rejected.platform_fraud",
    "fraud_payment_method_casher": "rejected.platform_fraud",
    "fraud_payment_method_tester": "rejected.platform_fraud",
    "other": "rejected.platform_other",
    "terms_of_service": "rejected.platform_terms_of_service",
}


def _disabled(row: Account, known: Standing) -> str | None:
    if row.rejected is not None:
        return REASONS[row.rejected]
    if known.due:
        return "requirements.past_due"
    return "requirements.pending_verification" if known.pending else None


def reason_of(row: Account, status: str) -> str | None:
    """Why a capability of an account in a state is disabled, in Stripe's words."""
    if status != "inactive":
        return None
    return "rejected.other" if row.rejected is not None else "requirements.fields_needed"


def settled(row: Account) -> Account:
    """The row with every state as it is derived: what is written is always such a row."""
    before = held(row)
    now = derived(row).statuses
    after = {name: (moved(before[name].status, to), before[name].requested_at)
             for name, to in sorted(now.items())}  # fmt: skip
    fast = {name: after[name][0] if name in after else MACHINE.initial for name in FAST}
    return amend(row, capabilities=encode(after), **fast)


_MOVE_TO = {"active": "activate", "pending": "verify", "inactive": "disable"}


def moved(status: str, to: str) -> str:
    """The state after the move that leads to another; itself where it is that already."""
    if status == to:
        return status
    found = MACHINE.next(status, _MOVE_TO[to])
    if found is None:  # the table lets every requested state become every other
        raise AssertionError(f"no way from {status} to {to}")
    return found


def requested(row: Account, wanted: Iterable[tuple[str, bool]], at: int) -> str:
    """The column of capabilities with some requested and others withdrawn."""
    found = held(row)
    for name, asked in wanted:
        before = found.get(name) or Held(MACHINE.initial, at)
        after = MACHINE.next(before.status, "request" if asked else "withdraw")
        if after == MACHINE.initial:
            del found[name]
        elif after is not None:
            found[name] = Held(after, at)
    return encode(dict(sorted(found.items())))


def refuse_agreement(agreement: str, wanted: Iterable[tuple[str, bool]]) -> Refused | None:
    """Why an account under an agreement cannot have what it asks for (Connect docs).

    A `recipient` account takes no payments: it can hold `transfers` only.
    """
    for name, asked in wanted:
        if agreement == "recipient" and asked and name not in RECIPIENT:
            return Refused(
                Why.PARAMETER_INVALID,
                f"An account under the recipient service agreement cannot have {name}.",
                f"capabilities[{name}]",
                "request transfers alone, or create the account under the full agreement",
            )
    return None
