"""Who can tell a story, and what is answered where there is none."""

from __future__ import annotations

import asyncio
import re

import pytest

from connectlib import (
    AsyncConnect,
    Connect,
    FeeSchedule,
    InvalidRequestError,
    Rate,
    errors,
    sqlite_engine,
)
from connectlib.core.drafts import encode
from connectlib.flows.explain_fees import price
from connectlib.wire.objects.charges import ChargeObject
from tests.engines import client, engine


@pytest.fixture
def shop():
    with client() as connect:
        yield connect


def buy(connect, **words):
    return connect.charges.create(amount=10_000, currency="usd", source="tok_visa", **words)


def passed_on(connect, account, **words):
    return buy(connect, transfer_data={"destination": account.id}, **words)


def test_ids_that_are_not_there_answer_as_everywhere(shop) -> None:
    ada, bob = shop.testing.account(), shop.testing.account()
    charge = buy(shop, account=ada.id)
    for id_, words in ((charge.id, {}), (charge.id, {"account": bob.id}), ("py_1", {})):
        with pytest.raises(InvalidRequestError, match=f"No such charge: '{id_}'") as caught:
            shop.explain(id_, **words)
        assert caught.value.http_status == 404
    with pytest.raises(InvalidRequestError, match="No such object: 'nothing'"):
        shop.explain("nothing")
    with pytest.raises(InvalidRequestError, match="has no story") as caught:
        shop.explain(ada)
    assert "application fees" in caught.value.hint
    for id_ in ("", None, 7, "x" * 300):
        with pytest.raises(InvalidRequestError):
            shop.explain(id_)
    with pytest.raises(errors.PermissionError):
        shop.explain(charge.id, account="acct_none")


def test_every_object_a_client_shows_can_tell_its_story(shop) -> None:
    ada = shop.testing.account()
    charge = passed_on(shop, ada)
    (many,) = shop.charges.create_many([{"amount": 500, "currency": "usd", "source": "tok_visa"}])
    changed = shop.charges.update(charge.id, metadata={"a": "b"})
    listed = shop.charges.list().data
    for each in (charge, many, changed, shop.charges.retrieve(charge.id), *listed):
        assert each.explain() == shop.explain(each.id)
        assert each.explain().id == each.id


def test_an_object_made_by_hand_says_why_it_cannot(shop) -> None:
    charge = buy(shop)
    alone = ChargeObject(charge._row)
    with pytest.raises(RuntimeError, match=re.escape(f"connect.explain('{charge.id}')")):
        alone.explain()
    assert alone == charge
    assert hash(alone) == hash(charge)
    assert alone.to_dict() == charge.to_dict()
    assert "explain" not in charge
    # What would be pickled: not the client.
    assert charge.__reduce_ex__(4) == alone.__reduce_ex__(4)


def test_the_awaiting_client_tells_the_same() -> None:
    async def life() -> tuple[str, str]:
        connect = AsyncConnect.over(engine())
        ada = await connect.testing.account()
        charge = await connect.charges.create(
            amount=10_000,
            currency="usd",
            source="tok_visa",
            transfer_data={"destination": ada.id},
        )
        found = await charge.explain(), await connect.explain(charge.id)
        await connect.aclose()
        return tuple(map(str, found))

    one, other = asyncio.run(life())
    assert one == other
    with client() as connect:
        assert str(passed_on(connect, connect.testing.account()).explain()) == one


def test_a_story_inside_a_transaction_is_of_what_the_transaction_sees(tmp_path) -> None:
    url = f"sqlite:///{tmp_path}/shop.db"
    with Connect(url) as connect:
        ada = connect.testing.account()
        connect.charges.create(amount=9_000, currency="usd", source="tok_bypassPending")
        outside = sqlite_engine(url)
        with outside.begin() as connection, connect.transaction(connection):
            made = connect.transfers.create(amount=500, currency="usd", destination=ada.id)
            assert [step.amount for step in made.explain().steps] == [500]
        outside.dispose()


def noted(connect, charge) -> list[str]:
    return [step.note for step in connect.explain(charge.id).steps]


def test_a_price_is_told_only_where_it_makes_this_very_fee(tmp_path) -> None:
    url = f"sqlite:///{tmp_path}/shop.db"
    with client(url) as connect:
        charge = buy(connect)
        assert noted(connect, charge) == ["", "2.9% + $0.30"]
    fees = FeeSchedule({("*", "*", "*"): Rate(15_000, 25)})
    with client(url, seed=2, fees=fees) as connect:
        assert noted(connect, charge) == ["", ""]
        assert noted(connect, buy(connect)) == ["", "1.5% + $0.25"]


def test_a_fee_of_several_parts_names_them(shop) -> None:
    row = buy(shop)._row
    parts = encode(
        [
            (200, "stripe_fee", "Card processing", None),
            (120, "stripe_fee", "International card", None),
            (50, "application_fee", "application fee", "acct_x"),
        ]
    )
    (told,) = shop.balance_transactions.list(source=row.id)
    asking = price(shop._engine.ground, row)
    next(asking)
    with pytest.raises(StopIteration) as stopped:
        asking.send(told._row._replace(fee_details=parts))
    assert stopped.value.value == "Card processing $2.00, International card $1.20"


def test_a_notebook_shows_the_picture_and_the_text(shop) -> None:
    story = passed_on(shop, shop.testing.account()).explain()
    assert story._repr_svg_() == story.to_svg()
    assert story._repr_html_().startswith("<svg")
    assert "buyer    → platform" in story._repr_html_()
    assert repr(story) == (
        f"<Explanation {story.id} $100.00 destination charge · succeeded, 3 steps>"
    )
    assert len({story, shop.explain(story.id)}) == 1


def test_a_story_as_plain_values(shop) -> None:
    ada = shop.testing.account()
    charge = passed_on(shop, ada, application_fee_amount=1_000)
    told = charge.explain().to_dict()
    assert told["steps"][1] == {
        "from": "platform",
        "to": ada.id,
        "amount": 10_000,
        "currency": "usd",
        "what": "transfer",
        "about": charge.transfer,
        "of": charge.id,
        "at": "2026-11-02T12:00:00+00:00",
        "available_on": "2026-11-04",
        "note": "",
        "ledger_transfer": told["steps"][1]["ledger_transfer"],
    }
    assert told["shares"][0] == {
        "owner": ada.id,
        "currency": "usd",
        "amount": 9_000,
        "by_day": [{"day": "2026-11-04", "amount": 9_000}],
    }
