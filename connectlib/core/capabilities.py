"""Capabilities: what an account may do, asked for by name, and granted by what is known of it.

What becomes of a requested one is derived in `core.onboarding`, never said by a caller. (API
reference, Capabilities; Connect docs, "Account capabilities".)
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from connectlib.core.drafts import encode
from connectlib.core.machine import Machine
from connectlib.core.refusals import Refused, Why

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

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


class Held(NamedTuple):
    """A capability that is requested: its state, and since when it is (microseconds)."""

    status: str
    requested_at: int


def held(row: Account) -> dict[str, Held]:
    """The requested capabilities of an account, by name."""
    return {name: Held(*state) for name, state in json.loads(row.capabilities).items()}


def state(row: Account, name: str) -> Held:
    """A capability of an account, requested or not."""
    return held(row).get(name) or Held(MACHINE.initial, 0)


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


#: Why an account is disabled -> why a capability of it is, in Stripe's words.
_OF_CAPABILITIES = {
    "listed": "pending.review",
    "other": "paused.inactivity",
    "requirements.pending_verification": "pending.onboarding",
}


def reason_of(row: Account, status: str) -> str | None:
    """Why a capability of an account in a state is disabled, in Stripe's words."""
    if status != "inactive":
        return None
    if row.rejected is not None:
        return "rejected.other"
    return _OF_CAPABILITIES.get(row.disabled_reason or "", "requirements.fields_needed")


_MOVE_TO = {"active": "activate", "pending": "verify", "inactive": "disable"}


def moved(status: str, to: str) -> str:
    """The state after the move that leads to another; itself where it is that already."""
    if status == to:
        return status
    found = MACHINE.next(status, _MOVE_TO[to])
    if found is None:  # the table lets every requested state become every other
        raise AssertionError(f"no way from {status} to {to}")
    return found


def columns(row: Account, statuses: Mapping[str, str]) -> dict[str, Any]:
    """The columns of an account whose requested capabilities are to have these states."""
    before = held(row)
    after = {
        name: (moved(before[name].status, to), before[name].requested_at)
        for name, to in sorted(statuses.items())
    }
    fast = {name: after[name][0] if name in after else MACHINE.initial for name in FAST}
    return {"capabilities": encode(after), **fast}


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
