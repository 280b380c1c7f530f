"""What `connect.ledger` answers: plain values, in minor units."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from connectlib.core.balance import Funds
from connectlib.core.ledger import BALANCE, DEBIT_NORMAL, Purpose
from connectlib.core.moments import datetime_of
from connectlib.core.money import display
from connectlib.core.postings import POLICY, Fact, Side
from connectlib.core.refusals import Refused, Why
from connectlib.core.verify import Report, prove, together
from connectlib.wire.errors import Invalid

if TYPE_CHECKING:
    from collections.abc import Iterable

    from connectlib.core.ledger import LedgerAccount, LedgerKey
    from connectlib.ports.store import Entry
    from connectlib.runtime.engine import Engine

#: More digits than the id of any ledger transaction has.
_DIGITS = 18

__all__ = ["Funds", "LedgerMove", "Report", "TrialBalanceRow"]


class LedgerMove(NamedTuple):
    """One ledger transfer: a debit and a credit of the same amount, in minor units.

    debit, credit: the ledger accounts, as owner:purpose:currency[:day]. fact: the business fact
    it belongs to; about: the object. debit_balance, credit_balance: credits less debits after
    it.
    """

    id: str
    fact: str
    about: str
    debit: str
    credit: str
    amount: int
    currency: str
    created: datetime
    debit_balance: int
    credit_balance: int

    def __str__(self) -> str:
        return f"{self.debit} → {self.credit}  {display(self.amount, self.currency)}  {self.fact}"


class TrialBalanceRow(NamedTuple):
    """One line of the trial balance: the totals of all ledger accounts of a purpose."""

    owner: str
    purpose: str
    currency: str
    debits: int
    credits: int
    balance: int


def name_of(key: LedgerKey) -> str:
    """A ledger account for people: owner:purpose:currency, with its day while pending."""
    day = f":{datetime_of(key.available_on).date()}" if key.available_on else ""
    return f"{key.owner}:{Purpose(key.purpose).name.lower()}:{key.currency}{day}"


def move_of(entry: Entry) -> LedgerMove:
    """A ledger transfer as it is listed."""
    row, fact = entry.row, Fact(entry.transaction.kind)
    return LedgerMove(
        f"{row.txn}-{row.leg}",
        fact.name.lower(),
        entry.transaction.ref,
        name_of(entry.debit),
        name_of(entry.credit),
        row.amount,
        row.currency,
        datetime_of(entry.transaction.created),
        row.d_balance,
        row.c_balance,
    )


def place_of(value: object, param: str) -> tuple[int, int]:
    """(transaction, leg) of a ledger transfer given as a LedgerMove or its id. Raises Invalid."""
    id_ = value.id if isinstance(value, LedgerMove) else value
    txn, dash, leg = id_.partition("-") if isinstance(id_, str) and id_.isascii() else ("", "", "")
    if dash and txn.isdigit() and leg.isdigit() and len(txn) <= _DIGITS and len(leg) <= _DIGITS:
        return int(txn), int(leg)
    raise Invalid(
        Refused(
            Why.PARAMETER_INVALID,
            "Invalid place: it is no ledger transfer.",
            param,
            "pass the last LedgerMove of the page before, or its id",
        )
    )


def trial_balance(entries: Iterable[LedgerAccount], *, by_owner: bool) -> list[TrialBalanceRow]:
    """Debits and credits by purpose and currency, and by owner where asked for."""
    sums: dict[tuple[str, int, str], list[int]] = {}
    for entry in entries:
        key = entry.key
        owner = key.owner if by_owner or key.purpose not in BALANCE else "accounts"
        found = sums.setdefault((owner, key.purpose, key.currency), [0, 0])
        found[0] += entry.dp
        found[1] += entry.cp
    return [
        TrialBalanceRow(
            owner,
            Purpose(purpose).name.lower(),
            currency,
            debits,
            credits_,
            debits - credits_ if Purpose(purpose) in DEBIT_NORMAL else credits_ - debits,
        )
        for (owner, purpose, currency), (debits, credits_) in sorted(sums.items())
    ]


def verify(engine: Engine) -> Report:
    """Prove the books of every branch, each in one snapshot."""
    reports = []
    for branch in range(engine.ground.branches):
        with engine.store.audit(branch) as books:
            reports.append(prove(books))
    return together(reports)


def policy() -> list[tuple[str, str, str, str]]:
    """The accounting policy as rows: (business fact, leg, debit, credit)."""
    return [
        (fact.name.lower(), leg.name, _side(leg.debit), _side(leg.credit))
        for fact, legs in POLICY.items()
        for leg in legs
    ]


def _side(side: Side) -> str:
    party, purpose, dated, bought = side
    owner = ("platform", "account", "processor", "bank", "fx")[party]
    day = " of the day" if dated else ""
    return f"{owner}:{purpose.name.lower()}{day}" + (", currency bought" if bought else "")
