"""What an approved charge does to the balances: of whom, in which currency, from which day.

The charge comes in in the currency of the buyer and is converted to that in which it settles;
processing fee, application fee and transfers follow from there. Every change of a balance is
one balance transaction; every party that holds another currency changes what it gets.
(Stripe docs, "Flow of funds" by charge type, "Currency conversion".)
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from connectlib.core import application_fees, transfers
from connectlib.core.balance_transactions import Place, change
from connectlib.core.book import twin
from connectlib.core.charge_bearers import borne_by, kind_of
from connectlib.core.conversions import (
    Amount,
    buy,
    cost_of,
    exchanged,
    rate_of,
    sell,
)
from connectlib.core.fee_bearers import ACCOUNT
from connectlib.core.fees import FeeLine, total
from connectlib.core.fx import Rate
from connectlib.core.money import split
from connectlib.core.postings import Fact, Owners
from connectlib.core.splits import taken_shares
from connectlib.core.waiting import wake

if TYPE_CHECKING:
    from connectlib.core.book import Book
    from connectlib.core.conversions import Rates
    from connectlib.core.drafts import Draft
    from connectlib.core.fee_policies import FeePolicy
    from connectlib.core.means import Means
    from connectlib.core.rows import ApplicationFee, Charge
    from connectlib.core.terms import Terms


class Made(NamedTuple):
    """What booking has made beside the charge, as the charge names it. day: of availability."""

    balance_transaction: str
    settled: Amount
    fee: int
    day: int
    transfer: str | None = None
    transferred: int = 0
    application_fee: str | None = None


class Sums(NamedTuple):
    """What is captured of a charge: all of it or less, and the parts that go with it."""

    amount: int
    application_fee: int = 0
    transfer: int | None = None


class _Scene(NamedTuple):
    """What every step of booking one charge needs."""

    book: Book
    draft: Draft
    row: Charge
    terms: Terms
    means: Means
    fees: FeePolicy
    rates: Rates
    day: int

    def owners(self, currency: str, account: str, bought: str = "") -> Owners:
        """The owners of a fact of this charge."""
        world = self.book.world
        return Owners(world.id, currency, world.account, account, self.day, bought)

    def rate(self, source: str, target: str) -> Rate | None:
        """The rate of now; the one promised where the charge has a quote. Raises NoRate."""
        if source == target:
            return None
        row = self.row
        if row.exchange_rate is not None and (source, target) == (row.currency, self.terms.settles):
            mid = json.loads(row.options or "{}").get("mid")
            return Rate.fixed(source, target, row.exchange_rate, tuple(mid) if mid else None)
        return rate_of(self.rates, self.book.at, source, target)


def book_charge(
    book: Book,
    draft: Draft,
    row: Charge,
    sums: Sums,
    *,
    terms: Terms,
    means: Means,
    fees: FeePolicy,
    rates: Rates,
) -> Made:
    """Draft all that an approved charge moves. Raises NoRate."""
    day = means.available_on(book.at, terms.country)
    scene = _Scene(book, draft, row, terms, means, fees, rates, day)
    source, settles = row.currency, terms.settles
    settled = _converted(scene, sums.amount, source, settles)
    parts = fees.processing.lines(
        terms.country,
        settles,
        means.kind,
        settled.amount,
        brand=means.brand,
        method_country=means.country,
        converted=source != settles,
    )
    if row.account != book.world.account:
        return _direct(scene, sums, settled, parts)
    return _on_platform(scene, sums, settled, parts)


def _of_account(scene: _Scene, parts: tuple[FeeLine, ...]) -> tuple[FeeLine, ...]:
    """Those of the processor's fees that the account bears."""
    kind = kind_of(scene.row, scene.book.world.account)
    return borne_by(ACCOUNT, scene.fees.bearers, kind, scene.terms.payer, parts)


def _came_in(scene: _Scene, settled: Amount, amount: int, parts: tuple[FeeLine, ...]) -> str:
    """The charge in the balance of its owner: the id of its balance transaction."""
    row, draft = scene.row, scene.draft
    if settled.rate is not None:
        owners = scene.owners(row.currency, row.account, settled.currency)
        sell(draft, owners, amount, settled, row.id)
    wake(scene.book, draft, row.account, settled.currency)
    into = change(
        scene.book,
        draft,
        Place(row.account, settled.currency, scene.day),
        "charge" if scene.means.kind == "card" else "payment",
        settled.amount,
        row.id,
        row.description,
        parts=parts,
        rate=settled.rate,
    )
    return into.id


def _direct(scene: _Scene, sums: Sums, settled: Amount, parts: tuple[FeeLine, ...]) -> Made:
    book, draft, row, terms = scene.book, scene.draft, scene.row, scene.terms
    processing = total(parts)
    taken = _converted(scene, sums.application_fee, row.currency, settled.currency)
    own = _of_account(scene, parts)
    paid = total(own)
    fact = Fact.DIRECT_CHARGE if own or not parts else Fact.DIRECT_CHARGE_PLATFORM_PAYS
    same = terms.earned == settled.currency
    inside = (taken.amount if same else 0, paid)
    owners = scene.owners(row.currency, row.account)
    if settled.rate is None:
        draft.post(fact, owners, (sums.amount, *inside), row.id)
    else:
        draft.post(fact, owners, (sums.amount, 0, 0), row.id)
    lines = application_fees.fee_parts(taken.amount, book.world.account)
    lines += own
    bt = _came_in(scene, settled, sums.amount, lines)
    if settled.rate is not None:
        draft.post(fact, scene.owners(settled.currency, row.account), (0, *inside), row.id)
    if processing > paid:
        _platform_pays(scene, processing - paid, settled.currency)
    earned = None
    if sums.application_fee:
        earned = _earn(scene, sums.application_fee, taken, twin(row.id, "fee"), row.account, row.id)
    fee_id = earned.id if earned else None
    return Made(bt, settled, processing, scene.day, application_fee=fee_id)


def _converted(scene: _Scene, amount: int, source: str, target: str) -> Amount:
    if source == target:
        return Amount(amount, source)
    return exchanged(amount, source, target, scene.rate(source, target))


def _platform_pays(scene: _Scene, processing: int, currency: str) -> None:
    """The platform bears the processing fee of a direct charge, out of its own currency."""
    book, draft, row, billed = scene.book, scene.draft, scene.row, scene.terms.billed
    platform = book.world.account
    paid = Amount(processing, currency)
    if billed != currency:
        rate = cost_of(scene.rates, book.at, currency, billed)
        paid = exchanged(processing, currency, billed, rate)
    buy(draft, scene.owners(billed, platform, currency), paid, processing, row.id)
    owners = scene.owners(currency, row.account)
    draft.post(Fact.DIRECT_CHARGE_PLATFORM_PAYS, owners, (0, 0, processing), row.id)
    change(
        book,
        draft,
        Place(platform, billed, scene.day),
        "stripe_fee",
        -paid.amount,
        row.id,
        "Stripe processing fees",
        rate=paid.rate,
    )


def _earn(
    scene: _Scene, amount: int, taken: Amount, id_: str, payer: str, charge: str
) -> ApplicationFee:
    """The application fee: taken from its payer in one currency, earned in another."""
    book, draft, row, terms = scene.book, scene.draft, scene.row, scene.terms
    if terms.earned == taken.currency:
        earned = taken
    else:
        earned = _converted(scene, amount, row.currency, terms.earned)
        owners = scene.owners(taken.currency, payer, terms.earned)
        draft.post(Fact.FEE_CONVERSION, owners, (taken.amount, earned.amount, 0), row.id)
    return application_fees.earn(
        book,
        draft,
        id_=id_,
        amount=amount,
        currency=row.currency,
        taken=taken,
        earned=earned,
        payer=payer,
        charge=charge,
        day=scene.day,
        originating=row.id if charge != row.id else None,
    )


def _on_platform(scene: _Scene, sums: Sums, settled: Amount, parts: tuple[FeeLine, ...]) -> Made:
    draft, row = scene.draft, scene.row
    processing = total(parts)
    platform = row.account
    if row.destination is not None:
        return _destination(scene, sums, settled, parts)
    owners = scene.owners(row.currency, platform)
    if settled.rate is None:
        draft.post(Fact.CHARGE, owners, (sums.amount, processing), row.id)
        bt = _came_in(scene, settled, sums.amount, parts)
    else:
        draft.post(Fact.CHARGE, owners, (sums.amount, 0), row.id)
        bt = _came_in(scene, settled, sums.amount, parts)
        draft.post(Fact.CHARGE, scene.owners(settled.currency, platform), (0, processing), row.id)
    passed = 0
    if row.options is not None:
        for account, passed_on in _shares(scene, sums, settled, parts):
            if passed_on:
                passed += passed_on
                _pass_on(scene, scene.book.new_id("tr"), account, passed_on, settled.currency)
    return Made(bt, settled, processing, scene.day, transferred=passed)


def _shares(
    scene: _Scene, sums: Sums, settled: Amount, parts: tuple[FeeLine, ...]
) -> list[tuple[str, int]]:
    """What each account of a split charge gets, less its part of the fees that accounts bear."""
    row = scene.row
    found: list[tuple[str, int]] = []
    left = settled.amount
    for account, share in taken_shares(row, sums.amount):
        # Rounded parts may be a unit more than the rounded whole: the last one yields.
        passed_on = min(_converted(scene, share, row.currency, settled.currency).amount, left)
        left -= passed_on
        found.append((account, passed_on))
    whole = settled.amount - left
    borne = min(total(_of_account(scene, parts)), whole)
    if not borne:
        return found
    less = split(borne, [share for _, share in found])
    return [(account, share - part) for (account, share), part in zip(found, less, strict=True)]


def _destination(scene: _Scene, sums: Sums, settled: Amount, parts: tuple[FeeLine, ...]) -> Made:
    book, draft, row, terms = scene.book, scene.draft, scene.row, scene.terms
    account, currency = row.destination or "", settled.currency
    processing = total(parts)
    passed_on = settled.amount
    if sums.transfer is not None:
        passed_on = _converted(scene, sums.transfer, row.currency, currency).amount
    fee = sums.application_fee
    passed_on -= _borne(scene, passed_on, fee, settled, parts)
    arrives = terms.arrives(account)
    taken = _converted(scene, fee, row.currency, arrives) if fee else Amount(0, arrives)
    inside = taken.amount if terms.earned == arrives else 0
    source, here = scene.owners(row.currency, account), inside if arrives == currency else 0
    if settled.rate is None:
        draft.post(
            Fact.DESTINATION_CHARGE, source, (sums.amount, passed_on, here, processing), row.id
        )
        bt = _came_in(scene, settled, sums.amount, parts)
    else:
        draft.post(Fact.DESTINATION_CHARGE, source, (sums.amount, 0, 0, 0), row.id)
        bt = _came_in(scene, settled, sums.amount, parts)
        owners = scene.owners(currency, account)
        draft.post(Fact.DESTINATION_CHARGE, owners, (0, passed_on, here, processing), row.id)
    if not passed_on:
        return Made(bt, settled, processing, scene.day)
    transfer_id = book.new_id("tr")
    arrived = _arrive(scene, account, passed_on, currency)
    if inside and arrives != currency:
        there = scene.owners(arrives, account)
        draft.post(Fact.DESTINATION_CHARGE, there, (0, 0, inside, 0), row.id)
    earned = None
    if fee:
        payment = twin(transfer_id, "py")
        earned = _earn(scene, fee, taken, twin(transfer_id, "fee"), account, payment)
    transfers.pay(
        book,
        draft,
        id_=transfer_id,
        amount=passed_on,
        currency=currency,
        destination=account,
        day=scene.day,
        source=row.id,
        group=row.transfer_group or f"group_{row.payment_intent or row.id}",
        fee=earned,
        taken=taken.amount,
        arrived=arrived,
    )
    fee_id = earned.id if earned else None
    return Made(bt, settled, processing, scene.day, transfer_id, passed_on, fee_id)


def _borne(
    scene: _Scene, passed_on: int, fee: int, settled: Amount, parts: tuple[FeeLine, ...]
) -> int:
    """What the destination bears of the processor's fees: at most what it gets."""
    own = total(_of_account(scene, parts))
    if not own:
        return 0
    fee = _converted(scene, fee, scene.row.currency, settled.currency).amount
    return min(own, max(passed_on - fee, 0))


def _arrive(scene: _Scene, account: str, amount: int, currency: str) -> Amount:
    """What an account has of what it gets, in the currency it holds; posts its conversion."""
    arrives = scene.terms.arrives(account)
    arrived = _converted(scene, amount, currency, arrives)
    if arrived.rate is not None:
        owners = scene.owners(currency, account, arrives)
        sell(scene.draft, owners, amount, arrived, scene.row.id)
    return arrived


def _pass_on(scene: _Scene, id_: str, account: str, amount: int, currency: str) -> None:
    """One of the transfers that a split charge makes."""
    row = scene.row
    scene.draft.post(Fact.TRANSFER, scene.owners(currency, account), (amount,), id_)
    transfers.pay(
        scene.book,
        scene.draft,
        id_=id_,
        amount=amount,
        currency=currency,
        destination=account,
        day=scene.day,
        source=row.id,
        group=row.transfer_group or f"group_{row.payment_intent or row.id}",
        arrived=_arrive(scene, account, amount, currency),
    )
