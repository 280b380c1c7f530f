"""The story of every kind of object, word for word: amounts, parties, what is available when."""

from __future__ import annotations

import re
from textwrap import dedent

import pytest

from tests.engines import client

_ID = re.compile(r"\b([a-z]+)_[0-9A-Z]{29}\b")
#: Columns of a line, ids left short.
WIDTH = 78


@pytest.fixture(params=["memory", "sqlite"])
def shop(request, tmp_path):
    """A marketplace with the same ids every time."""
    url = f"sqlite:///{tmp_path}/shop.db" if request.param == "sqlite" else None
    with client(url) as connect:
        yield connect


def told(explanation) -> str:
    """A story with its ids numbered by kind, in the order of their appearance."""
    text = str(explanation)
    kinds: dict[str, list[str]] = {}
    for found in _ID.finditer(text):
        ids = kinds.setdefault(found[1], [])
        if found[0] not in ids:
            ids.append(found[0])
    for kind, ids in kinds.items():
        for number, id_ in enumerate(ids, start=1):
            text = text.replace(id_, f"{kind}_{number}")
            text = text.replace(f"{kind}_…{id_[-4:]}", f"{kind}_…{number:04}")
    assert max(map(len, text.splitlines())) <= WIDTH
    return text


def said(text: str) -> str:
    """An expected story, as it stands in a test."""
    return dedent(text).strip()


def buy(connect, **words):
    return connect.charges.create(amount=10_000, currency="usd", source="tok_visa", **words)


def passed_on(connect, account, **words):
    return buy(connect, transfer_data={"destination": account.id}, **words)


def test_a_destination_charge(shop) -> None:
    ada = shop.testing.account()
    charge = passed_on(shop, ada, application_fee_amount=1_000)
    assert told(charge.explain()) == said("""
    ch_1  $100.00 destination charge · succeeded · 2 Nov
    │   passed on to acct_1
    ├── buyer      → platform    $100.00  charge
    ├── platform   → acct_…0001  $100.00  transfer tr_1
    ├── acct_…0001 → platform     $10.00  application fee fee_1
    └── platform   → processor     $3.20  processing fee 2.9% + $0.30
        acct_1 keeps $90.00 (available 4 Nov) · you keep $6.80
    """)


def test_a_direct_charge(shop) -> None:
    ada = shop.testing.account()
    charge = buy(shop, account=ada.id, application_fee_amount=1_000)
    assert told(charge.explain()) == said("""
    ch_1  $100.00 direct charge · succeeded · 2 Nov
    │   for acct_1
    ├── buyer      → acct_…0001  $100.00  charge
    ├── acct_…0001 → platform     $10.00  application fee fee_1
    └── acct_…0001 → processor     $3.20  processing fee 2.9% + $0.30
        acct_1 keeps $86.80 (available 4 Nov) · you keep $10.00
    """)


def test_a_direct_charge_whose_fee_the_platform_pays(shop) -> None:
    ada = shop.testing.account(controller={"fees": {"payer": "application"}})
    charge = buy(shop, account=ada.id)
    assert told(charge.explain()) == said("""
    ch_1  $100.00 direct charge · succeeded · 2 Nov
    │   for acct_1
    ├── buyer    → acct_…0001  $100.00  charge
    └── platform → processor     $3.20  processing fee 2.9% + $0.30
        acct_1 keeps $100.00 (available 4 Nov) · you pay $3.20
    """)


def test_a_charge_with_transfers_and_what_was_taken_back(shop) -> None:
    ada, bob = shop.testing.account(), shop.testing.account()
    cart = buy(shop, transfer_group="ORDER-43")
    for account, amount in ((ada, 6_000), (bob, 2_500)):
        made = shop.transfers.create(
            amount=amount,
            currency="usd",
            destination=account.id,
            source_transaction=cart.id,
            transfer_group="another",
        )
    shop.clock.advance(hours=20)
    shop.transfers.reversals.create(made.id, amount=500)
    assert told(cart.explain()) == said("""
    ch_1  $100.00 charge · succeeded · 2 Nov
    ├── buyer      → platform    $100.00  charge
    ├── platform   → processor     $3.20  processing fee 2.9% + $0.30
    ├── platform   → acct_…0001   $60.00  transfer tr_1
    ├── platform   → acct_…0002   $25.00  transfer tr_2
    └── acct_…0002 → platform      $5.00  transfer reversal trr_1 · 3 Nov
        acct_1 keeps $60.00 (available 4 Nov) · acct_2 keeps $20.00
        you keep $16.80
    """)
    assert told(shop.explain(made.id)) == said("""
    tr_1  $25.00 transfer · $5.00 reversed · 2 Nov
    │   of charge ch_1
    │   to acct_1
    │   as payment py_1
    ├── platform   → acct_…0001  $25.00  transfer
    └── acct_…0001 → platform     $5.00  transfer reversal trr_1 · 3 Nov
        acct_1 gets $20.00 (available 4 Nov) · you give $20.00
    """)


def test_a_refund_with_its_reversal_and_fee_refund(shop) -> None:
    ada = shop.testing.account()
    charge = passed_on(shop, ada, application_fee_amount=1_000)
    shop.clock.advance(days=1)
    refund = shop.refunds.create(
        charge=charge.id, amount=4_000, reverse_transfer=True, refund_application_fee=True
    )
    assert told(refund.explain()) == said("""
    re_1  $40.00 refund · succeeded · 3 Nov
    │   of charge ch_1
    ├── acct_…0001 → platform    $40.00  transfer reversal trr_1
    ├── platform   → acct_…0001   $4.00  application fee refund fr_1
    ├── platform   → in transit  $40.00  refund
    └── in transit → buyer       $40.00  refund settled
        acct_1 gives $36.00 · you give $4.00
    """)
    assert told(charge.explain()) == said("""
    ch_1  $100.00 destination charge · succeeded · 2 Nov
    │   passed on to acct_1
    ├── buyer      → platform        $100.00  charge
    ├── platform   → acct_…0001      $100.00  transfer tr_1
    ├── acct_…0001 → platform         $10.00  application fee fee_1
    ├── platform   → processor         $3.20  processing fee 2.9% + $0.30
    └── re_1  $40.00 refund · succeeded · 3 Nov
        ├── acct_…0001 → platform     $40.00  transfer reversal trr_1
        ├── platform   → acct_…0001    $4.00  application fee refund fr_1
        ├── platform   → in transit   $40.00  refund
        └── in transit → buyer        $40.00  refund settled
        acct_1 keeps $54.00 (available 4 Nov)
        you keep $2.80 (available: $42.80 on 4 Nov, -$40.00 on 5 Nov)
    """)


def test_the_fee_the_reversal_and_the_payment_of_that_charge(shop) -> None:
    ada = shop.testing.account()
    charge = passed_on(shop, ada, application_fee_amount=1_000)
    refund = shop.refunds.create(
        charge=charge.id, amount=5_000, reverse_transfer=True, refund_application_fee=True
    )
    fee = shop.application_fees.retrieve(charge.application_fee)
    assert told(fee.explain()) == said("""
    fee_1  $10.00 application fee · $5.00 refunded · 2 Nov
    │   of charge ch_1
    ├── acct_…0001 → platform    $10.00  application fee
    └── platform   → acct_…0001   $5.00  application fee refund fr_1
        acct_1 gives $5.00 · you get $5.00 (available 4 Nov)
    """)
    reversal = shop.transfers.reversals.retrieve(refund.transfer_reversal)
    assert told(reversal.explain()) == said("""
    trr_1  $50.00 transfer reversal · 2 Nov
    │   of transfer tr_1
    │   made by refund re_1
    └── acct_…0001 → platform  $50.00  transfer reversal
        acct_1 gives $50.00 · you get $50.00 (available 4 Nov)
    """)
    transfer = shop.transfers.retrieve(charge.transfer)
    payment = shop.charges.retrieve(transfer.destination_payment, account=ada.id)
    assert told(payment.explain()) == said("""
    py_1  $100.00 payment · succeeded · 2 Nov
    │   to acct_1
    │   made by transfer tr_1
    │   of charge ch_1
    ├── platform   → acct_…0001  $100.00  transfer tr_1
    ├── acct_…0001 → platform     $10.00  application fee fee_1
    ├── acct_…0001 → platform     $50.00  transfer reversal trr_1
    └── platform   → acct_…0001    $5.00  application fee refund fr_1
        acct_1 gets $45.00 (available 4 Nov) · you give $45.00
    """)
    returned = shop.refunds.list(account=ada.id).data[0]
    assert told(returned.explain()) == said("""
    pyr_1  $50.00 refund · succeeded · 2 Nov
    │   of payment py_1
    │   made by transfer reversal trr_1
    └── acct_…0001 → platform  $50.00  transfer reversal trr_1
        acct_1 gives $50.00 · you get $50.00 (available 4 Nov)
    """)


def test_fees_given_back_alone_and_with_a_reversal(shop) -> None:
    ada = shop.testing.account()
    charge = passed_on(shop, ada, application_fee_amount=1_000)
    given = shop.application_fees.refunds.create(charge.application_fee, amount=300)
    shop.transfers.reversals.create(charge.transfer, amount=1_000, refund_application_fee=True)
    assert told(charge.explain()) == said("""
    ch_1  $100.00 destination charge · succeeded · 2 Nov
    │   passed on to acct_1
    ├── buyer      → platform    $100.00  charge
    ├── platform   → acct_…0001  $100.00  transfer tr_1
    ├── acct_…0001 → platform     $10.00  application fee fee_1
    ├── platform   → processor     $3.20  processing fee 2.9% + $0.30
    ├── acct_…0001 → platform     $10.00  transfer reversal trr_1
    ├── platform   → acct_…0001    $3.00  application fee refund fr_1
    └── platform   → acct_…0001    $1.00  application fee refund fr_2
        acct_1 keeps $84.00 (available 4 Nov) · you keep $12.80
    """)
    assert told(given.explain()) == said("""
    fr_1  $3.00 application fee refund · 2 Nov
    │   of application fee fee_1
    └── platform → acct_…0001  $3.00  application fee refund
        acct_1 gets $3.00 (available 4 Nov) · you give $3.00
    """)


def test_a_payout_on_its_way_and_at_the_bank(shop) -> None:
    ada = shop.testing.account(settings={"payouts": {"schedule": {"interval": "manual"}}})
    passed_on(shop, ada, application_fee_amount=1_000)
    shop.clock.advance(hours=1)
    passed_on(shop, ada)
    shop.clock.advance(days=3)
    payout = shop.payouts.create(amount=15_000, currency="usd", account=ada.id)
    assert told(payout.explain()) == said("""
    po_1  $150.00 payout · pending · 5 Nov
    │   to the bank account of acct_1
    ├── acct_…0001 → in transit  $150.00  payout
    └── it contains 2 balance transactions
        ├── payment               $90.00  py_1
        └── payment               $60.00  py_2  of $100.00
        $150.00 is in transit to the bank account of acct_1, expected on 6 Nov
    """)
    shop.clock.advance(days=4)
    assert told(shop.explain(payout, account=ada.id)) == said("""
    po_1  $150.00 payout · paid · 5 Nov
    │   to the bank account of acct_1
    ├── acct_…0001 → in transit  $150.00  payout
    ├── in transit → bank        $150.00  payout paid · 6 Nov
    └── it contains 2 balance transactions
        ├── payment               $90.00  py_1
        └── payment               $60.00  py_2  of $100.00
        $150.00 reached the bank account of acct_1 on 6 Nov
    """)


def test_a_payout_that_came_back_and_one_of_the_platform(shop) -> None:
    ada = shop.testing.account(payouts_fail_with="account_closed")
    passed_on(shop, ada, application_fee_amount=1_000)
    shop.clock.advance(days=4)
    shop.payouts.create(amount=600, currency="usd")
    (failed,) = shop.payouts.list(account=ada.id, limit=1)
    assert told(failed.explain()) == said("""
    po_1  $90.00 automatic payout · failed: account closed · 4 Nov
    │   to the bank account of acct_1
    ├── acct_…0001 → in transit  $90.00  payout
    ├── in transit → acct_…0001  $90.00  payout returned · 5 Nov
    └── it contains 1 balance transaction
        └── payment              $90.00  py_1
        $90.00 came back to acct_1 on 5 Nov
    """)
    mine = shop.payouts.list().data[0]
    assert told(mine.explain()) == said("""
    po_1  $6.00 payout · pending · 6 Nov
    │   to your bank account
    ├── platform → in transit  $6.00  payout
    └── it contains 1 balance transaction
        └── charge             $6.00  ch_1  of $96.80
        $6.00 is in transit to your bank account, expected on 9 Nov
    """)


def test_what_has_not_moved_money_says_so(shop) -> None:
    with pytest.raises(Exception, match="declined") as caught:
        shop.charges.create(amount=500, currency="usd", source="tok_chargeDeclined")
    assert told(shop.explain(caught.value.charge)) == said("""
    ch_1  $5.00 charge · failed: card declined · 2 Nov
        no money has moved
    """)
    charge = buy(shop)
    shop.clock.advance(days=3)
    shop.payouts.create(amount=9_680, currency="usd")
    refund = shop.refunds.create(charge=charge.id)
    assert told(refund.explain()) == said("""
    re_1  $100.00 refund · pending: insufficient funds · 5 Nov
        of charge ch_1
        no money has moved
    """)


def test_of_many_children_it_tells_ten_and_counts_the_rest(shop) -> None:
    charge = buy(shop)
    for _ in range(12):
        shop.refunds.create(charge=charge.id, amount=100)
    story = charge.explain()
    assert story.left_out == ["2 more refunds left out: 10 of 12 shown"]
    *_, left, ending = told(story).splitlines()
    assert left == "└── 2 more refunds left out: 10 of 12 shown"
    assert ending.startswith("    of what is shown: you keep $86.80 (available")
    assert len(story.steps) == 2 + 2 * 10


def test_a_year_is_told_where_it_is_another(shop) -> None:
    charge = buy(shop)
    shop.clock.advance(days=90)
    lines = told(charge.explain()).splitlines()
    assert lines[0].endswith("· 2 Nov 2026")
    assert lines[-1] == "    you keep $96.80 (available since 4 Nov 2026)"


def test_it_is_told_on_every_store_and_in_both_colours(connect) -> None:
    ada = connect.testing.account()
    charge = connect.charges.create(
        amount=10_000,
        currency="usd",
        source="tok_visa",
        transfer_data={"destination": ada.id},
        application_fee_amount=1_000,
    )
    connect.refunds.create(charge=charge.id, amount=4_000, reverse_transfer=True)
    story = connect.explain(charge.id)
    assert [(step.what, step.amount) for step in story.steps] == [
        ("charge", 10_000),
        ("transfer", 10_000),
        ("application fee", 1_000),
        ("processing fee", 320),
        ("transfer reversal", 4_000),
        ("refund", 4_000),
        ("refund settled", 4_000),
    ]
    ledger = {move.id for move in connect.ledger.transfers()}
    assert {step.id for step in story.steps} == ledger
