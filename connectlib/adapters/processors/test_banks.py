"""The published test accounts of bank debits, and our own test sources of other methods.

Source: Stripe docs, "Testing" (ACH, Bacs, BECS) and "Accept a payment" of Canadian pre-authorized
debits and of Boleto. Numbers that are only published as payout destinations (Connect docs,
"Testing") mean the like here. Disputes are not simulated yet: such an account pays like any other.
Sources that begin with `src_` are our own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from connectlib.adapters.processors.declines import BANK_DECLINES, BLOCKED
from connectlib.adapters.processors.sources import (
    AT_ONCE,
    REDIRECT,
    THREE_MINUTES,
    Behaviour,
)
from connectlib.adapters.processors.test_ibans import IBANS, OUTCOMES

if TYPE_CHECKING:
    from collections.abc import Iterator


class Account(NamedTuple):
    """An account. bank: the number of the bank, empty for an IBAN. name: its own source, if any.

    verify: given by its number, it has to be verified by microdeposits before it can be used.
    """

    kind: str
    country: str
    bank: str
    number: str
    name: str | None
    does: Behaviour
    verify: bool = False


class Kind(NamedTuple):
    """A kind of account. fields: what the numbers of bank and account are called by Stripe."""

    country: str
    bank_fields: tuple[str, ...]
    banks: tuple[str, ...]
    prefix: str
    verify: bool
    table: str


#: Number, name (-: none), failure code (-: paid), and when it is decided (now, 3min, never).
KINDS = {
    "us_bank_account": Kind(
        "US",
        ("routing_number",),
        ("110000000",),
        "pm_usBankAccount_",
        verify=True,
        table="""
000123456789  success              -                                    now
000111111113  accountClosed        account_closed                       now
000111111116  noAccount            no_account                           now
000222222227  insufficientFunds    insufficient_funds                   now
000333333335  debitNotAuthorized   debit_not_authorized                 now
000444444440  invalidCurrency      invalid_currency                     now
000555555559  dispute              -                                    now
000000000009  processing           -                                    never
000777777771  weeklyLimitExceeded  charge_exceeds_source_limit          now
000888888885  -                    payment_method_bank_account_blocked  now
""",
    ),
    "bacs_debit": Kind(
        "GB",
        ("sort_code",),
        ("108800",),
        "pm_bacsDebit_",
        verify=False,
        table="""
00012345  success                    -                                 now
90012345  successDelayed             -                                 3min
33333335  debitNotAuthorized         debit_not_authorized              now
93333335  debitNotAuthorizedDelayed  debit_not_authorized              3min
22222227  insufficientFunds          insufficient_funds                now
92222227  insufficientFundsDelayed   insufficient_funds                3min
55555559  dispute                    -                                 3min
00033333  mandateRefused             payment_intent_mandate_invalid    now
34343434  exceedsWeeklyLimit         charge_exceeds_source_limit       now
12121212  exceedsTransactionLimit    charge_exceeds_transaction_limit  now
11111116  -                          no_account                        now
11111113  -                          account_closed                    now
44444440  -                          invalid_currency                  now
""",
    ),
    "au_becs_debit": Kind(
        "AU",
        ("bsb_number",),
        ("000000",),
        "pm_auBecsDebit_",
        verify=False,
        table="""
000123456  success                  -                                 now
900123456  successDelayed           -                                 3min
111111113  accountClosed            account_closed                    now
111111116  noAccount                no_account                        now
222222227  referToCustomer          refer_to_customer                 now
922222227  referToCustomerDelayed   refer_to_customer                 3min
333333335  debitNotAuthorized       debit_not_authorized              now
666666660  dispute                  -                                 now
343434343  exceedsWeeklyLimit       charge_exceeds_source_limit       now
121212121  exceedsTransactionLimit  charge_exceeds_transaction_limit  now
444444440  -                        invalid_currency                  now
""",
    ),
    "acss_debit": Kind(
        "CA",
        ("institution_number", "transit_number"),
        ("000", "11000"),
        "pm_acssDebit_",
        verify=True,
        table="""
000123456789  success             -                                 now
900123456789  -                   -                                 3min
000111111116  noAccount           no_account                        now
000111111113  accountClosed       account_closed                    now
000222222227  insufficientFunds   insufficient_funds                now
900222222227  -                   insufficient_funds                3min
000333333335  debitNotAuthorized  debit_not_authorized              now
000444444440  -                   invalid_currency                  now
000555555559  dispute             -                                 now
000777777771  -                   charge_exceeds_source_limit       now
000888888881  -                   charge_exceeds_transaction_limit  now
""",
    ),
}

_NO_MICRODEPOSITS = Behaviour(declined=BANK_DECLINES["payment_method_microdeposit_failed"])

#: kind, number, name, behaviour: declined before anything is under way.
_AT_ONCE = (
    ("us_bank_account", "000666666661", "pm_usBankAccount_failMicrodeposits", _NO_MICRODEPOSITS),
    (
        "us_bank_account",
        "000000004954",
        "pm_usBankAccount_riskLevelHighest",
        Behaviour(declined=BLOCKED, saves=True),
    ),
    ("acss_debit", "000666666661", None, _NO_MICRODEPOSITS),
)

#: Outcome of an IBAN -> (failure code, when it is decided).
_IBAN_OUTCOMES = {
    "success": ("-", "now"),
    "successDelayed": ("-", "3min"),
    "failed": ("payment_intent_payment_attempt_failed", "now"),
    "failedDelayed": ("payment_intent_payment_attempt_failed", "3min"),
    "disputed": ("-", "now"),
    "exceedsWeeklyVolumeLimit": ("charge_exceeds_source_limit", "now"),
    "exceedsWeeklyTransactionLimit": ("charge_exceeds_weekly_limit", "now"),
    "insufficientFunds": ("insufficient_funds", "now"),
}

_WAITS = {"now": AT_ONCE, "3min": THREE_MINUTES, "never": THREE_MINUTES}


def _debit(code: str, when: str) -> Behaviour:
    after = None if code == "-" else BANK_DECLINES[code]
    return Behaviour(after=after, wait=_WAITS[when], endless=when == "never", saves=True)


def _all() -> Iterator[Account]:
    for name, kind in KINDS.items():
        bank = "".join(kind.banks)
        for line in kind.table.strip().splitlines():
            number, suffix, code, when = line.split()
            source = None if suffix == "-" else kind.prefix + suffix
            does = _debit(code, when)
            yield Account(name, kind.country, bank, number, source, does, kind.verify)
    for name, number, own, does in _AT_ONCE:
        kind = KINDS[name]
        yield Account(name, kind.country, "".join(kind.banks), number, own, does)
    for place, iban in enumerate(IBANS):
        outcome = OUTCOMES[place % len(OUTCOMES)]
        own = f"pm_sepaDebit_{outcome}_{iban[:2].lower()}"
        yield Account("sepa_debit", iban[:2], "", iban, own, _debit(*_IBAN_OUTCOMES[outcome]))


#: Every account with its behaviour, once.
TEST_ACCOUNTS: tuple[Account, ...] = tuple(_all())

_EXPIRED = BANK_DECLINES["payment_intent_payment_attempt_expired"]


def _voucher(*, expires: bool = False, wait: int = AT_ONCE, endless: bool = False) -> Behaviour:
    after = _EXPIRED if expires else None
    return Behaviour(after=after, wait=wait, endless=endless, reusable=False)


#: source -> (kind, country, behaviour). The first two are paid at once; the words of the others
#: are those that choose the outcome in the buyer's email address, as published for Boleto.
OTHERS: dict[str, tuple[str, str, Behaviour]] = {
    "src_boleto": ("boleto", "BR", Behaviour(reusable=False)),
    "src_voucher": ("voucher", "BR", Behaviour(reusable=False)),
    "src_boleto_pay": ("boleto", "BR", _voucher(wait=THREE_MINUTES)),
    "src_boleto_succeed_immediately": ("boleto", "BR", _voucher()),
    "src_boleto_expire_immediately": ("boleto", "BR", _voucher(expires=True)),
    "src_boleto_expire_with_delay": ("boleto", "BR", _voucher(expires=True, wait=THREE_MINUTES)),
    "src_boleto_fill_never": ("boleto", "BR", _voucher(wait=THREE_MINUTES, endless=True)),
    "src_pay_by_bank": (
        "pay_by_bank",
        "GB",
        Behaviour(action=REDIRECT, wait=AT_ONCE, reusable=False),
    ),
}
