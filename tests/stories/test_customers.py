"""Buyers who come back, told in the public API, on every store and in both colours."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from connectlib import ConnectError, IdempotencyError, InvalidRequestError

NUMBER, BANK_NUMBER = "4242424242424242", "000123456789"
CARD = {"number": "4242 4242 4242 4242", "exp_month": 12, "exp_year": 2034, "cvc": "123"}


def told(connect, account=None):
    """Events since the beginning: (type, what was before)."""
    events = connect.events.list(account=account, limit=100).data[::-1]
    return [
        (event.type, event.data.get("previous_attributes"))
        for event in events
        if event.type.startswith(("customer", "payment_method"))
    ]


def test_a_customer_is_made_changed_and_deleted(connect) -> None:
    made = connect.customers.create(
        email="ada@example.com",
        name="Ada",
        phone="+55 11 98765-4321",
        description="buys mugs",
        address={"line1": "1 Main St", "city": "Springfield", "country": "US"},
        shipping={"name": "Ada", "address": {"line1": "2 Side St"}},
        metadata={"club": "yes"},
    )
    assert made.id.startswith("cus_")
    assert (made.object, made.address.city, made.address.state) == ("customer", "Springfield", None)
    assert connect.customers.retrieve(made.id) == made
    changed = connect.customers.update(
        made.id, name="Ada L.", email="", shipping="", metadata={"club": "", "since": "1843"}
    )
    assert (changed.name, changed.email, changed.shipping) == ("Ada L.", None, None)
    assert (changed.phone, changed.metadata) == (made.phone, {"since": "1843"})
    assert connect.customers.update(made.id, name="Ada L.") == changed
    gone = connect.customers.delete(made.id)
    assert gone.to_dict() == {"id": made.id, "object": "customer", "deleted": True}
    assert connect.customers.retrieve(made.id) == gone
    assert connect.customers.list().data == []
    for verb in (connect.customers.update, connect.customers.delete):
        with pytest.raises(InvalidRequestError) as caught:
            verb(made.id)
        assert (caught.value.code, caught.value.param) == ("resource_missing", "id")
        assert caught.value.message == f"No such customer: '{made.id}'"
    assert told(connect) == [
        ("customer.created", None),
        (
            "customer.updated",
            {
                "name": "Ada",
                "email": "ada@example.com",
                "shipping": made.shipping,
                "metadata": {"club": "yes", "since": None},
            },
        ),
        ("customer.deleted", None),
    ]


def test_customers_are_listed_by_their_email(connect) -> None:
    ada = connect.testing.account()
    first, second = (connect.customers.create(email="a@example.com").id for _ in range(2))
    connect.customers.create(email="b@example.com")
    theirs = connect.customers.create(email="a@example.com", account=ada.id)
    found = connect.customers.list(email="a@example.com")
    assert [each.id for each in found] == [second, first]
    assert [each.id for each in connect.customers.list(account=ada.id)] == [theirs.id]
    page = connect.customers.list(email="a@example.com", limit=1)
    assert (page.has_more, [each.id for each in page.auto_paging_iter()]) == (True, [second, first])


def test_a_test_name_becomes_a_method_of_the_customer(connect) -> None:
    cus = connect.customers.create(
        payment_method="pm_card_visa",
        invoice_settings={"default_payment_method": "pm_card_visa"},
    )
    (visa,) = connect.customers.list_payment_methods(cus.id)
    assert cus.invoice_settings.default_payment_method == visa.id
    assert (visa.type, visa.card.brand, visa.card.last4, visa.customer) == (
        "card", "visa", "4242", cus.id,
    )  # fmt: skip
    amex = connect.payment_methods.attach("pm_card_amex", customer=cus.id)
    again = connect.payment_methods.attach("pm_card_amex", customer=cus.id)
    assert len({visa.id, amex.id, again.id}) == 3
    assert connect.payment_methods.retrieve(amex.id) == amex
    assert connect.customers.retrieve_payment_method(cus.id, amex.id) == amex
    listed = connect.payment_methods.list(customer=cus.id, type="card")
    assert [each.id for each in listed] == [again.id, amex.id, visa.id]
    assert connect.payment_methods.list(customer=cus.id, type="boleto").data == []
    connect.customers.update(cus.id, invoice_settings={"default_payment_method": amex.id})
    connect.payment_methods.detach(amex.id)
    left = connect.customers.retrieve(cus.id)
    assert left.invoice_settings.default_payment_method is None
    connect.customers.delete(cus.id)
    assert {each.customer for each in connect.payment_methods.list()} == {None}
    assert [type_ for type_, _ in told(connect)] == [
        "customer.created",
        *["payment_method.attached"] * 3,
        "customer.updated",
        "payment_method.detached",
        "customer.updated",
        *["payment_method.detached"] * 2,
        "customer.deleted",
    ]


def test_a_method_belongs_to_one_customer_and_once(connect) -> None:
    ada, bob = connect.customers.create(), connect.customers.create()
    card = connect.payment_methods.create(type="card", card={"token": "tok_mastercard"})
    assert card.customer is None
    held = connect.payment_methods.attach(card.id, customer=ada.id)
    assert connect.payment_methods.attach(card.id, customer=ada.id) == held
    with pytest.raises(InvalidRequestError, match="already been attached to a customer"):
        connect.payment_methods.attach(card.id, customer=bob.id)
    with pytest.raises(InvalidRequestError, match="already been attached to a customer"):
        connect.customers.create(payment_method=card.id)
    assert connect.payment_methods.detach(card.id).customer is None
    for customer in (ada, bob):
        with pytest.raises(InvalidRequestError, match="may not be used again"):
            connect.payment_methods.attach(card.id, customer=customer)
    with pytest.raises(InvalidRequestError, match="is not attached to a customer"):
        connect.payment_methods.detach(card.id)
    assert told(connect)[-1] == ("payment_method.detached", {"customer": ada.id})


def test_a_method_is_changed_while_it_is_attached(connect) -> None:
    cus = connect.customers.create()
    card = connect.payment_methods.create(
        type="card", card=CARD, billing_details={"name": "Ada", "address": {"city": "Lima"}}
    )
    with pytest.raises(InvalidRequestError, match="save this PaymentMethod to a customer"):
        connect.payment_methods.update(card.id, metadata={"a": "1"})
    connect.payment_methods.attach(card.id, customer=cus.id)
    changed = connect.payment_methods.update(
        card.id,
        card={"exp_year": 35},
        billing_details={"email": "ada@example.com"},
        metadata={"a": "1"},
    )
    assert (changed.card.exp_month, changed.card.exp_year) == (12, 2035)
    assert (changed.billing_details.name, changed.billing_details.email) == (
        "Ada", "ada@example.com",
    )  # fmt: skip
    assert changed.billing_details.address.city == "Lima"
    assert told(connect)[-1] == (
        "payment_method.updated",
        {
            "card": {"exp_year": 2034},
            "billing_details": {"email": None},
            "metadata": {"a": None},
        },
    )
    assert connect.payment_methods.update(card.id, metadata={"a": "1"}) == changed


def test_a_bank_account_is_known_by_its_end(connect) -> None:
    bank = connect.payment_methods.create(
        type="us_bank_account",
        us_bank_account={
            "account_number": BANK_NUMBER,
            "routing_number": "110000000",
            "account_holder_type": "individual",
        },
        billing_details={"name": "Ada"},
    )
    shown = bank.us_bank_account
    assert (shown.last4, shown.routing_number) == ("6789", "110000000")
    assert (shown.account_holder_type, shown.account_type) == ("individual", "checking")
    cus = connect.customers.create(payment_method=bank.id)
    savings = connect.payment_methods.update(bank.id, us_bank_account={"account_type": "savings"})
    assert (savings.us_bank_account.account_type, savings.customer) == ("savings", cus.id)


def test_a_platforms_method_is_copied_to_an_account(connect) -> None:
    ada, bob = connect.testing.account(), connect.testing.account()
    cus = connect.customers.create()
    card = connect.payment_methods.create(
        type="card", card=CARD, billing_details={"name": "Bea"}, metadata={"a": "1"}
    )
    connect.payment_methods.attach(card.id, customer=cus.id)
    words = {
        "customer": cus.id,
        "payment_method": card.id,
        "account": ada.id,
        "idempotency_key": "copy",
    }
    copy = connect.payment_methods.create(**words)
    assert copy.id != card.id
    assert (copy.customer, copy.metadata) == (None, {})
    assert (copy.card, copy.billing_details) == (card.card, card.billing_details)
    assert copy.card.fingerprint == card.card.fingerprint
    connect.payment_methods.detach(card.id)
    assert connect.payment_methods.create(**words) == copy
    with pytest.raises(InvalidRequestError, match="may not be used again"):
        connect.payment_methods.create(**{**words, "idempotency_key": "late"})
    theirs = connect.customers.create(account=ada.id, payment_method=copy.id)
    for account in (None, bob.id):
        for verb, words in (
            (connect.payment_methods.retrieve, {}),
            (connect.payment_methods.detach, {}),
            (connect.payment_methods.update, {"metadata": {"a": "1"}}),
            (connect.payment_methods.attach, {"customer": cus.id}),
        ):
            with pytest.raises(InvalidRequestError) as caught:
                verb(copy.id, account=account, **words)
            assert caught.value.code == "resource_missing"
        for verb in (
            connect.customers.retrieve,
            connect.customers.update,
            connect.customers.delete,
            connect.customers.list_payment_methods,
        ):
            with pytest.raises(InvalidRequestError, match="No such customer") as caught:
                verb(theirs.id, account=account)
            assert caught.value.http_status == 404
    assert [type_ for type_, _ in told(connect, ada.id)] == [
        "customer.created",
        "payment_method.attached",
    ]


def test_keys_answer_with_the_first_result(connect) -> None:
    made = connect.customers.create(
        email="a@example.com", payment_method="pm_card_visa", idempotency_key="k1"
    )
    connect.customers.update(made.id, email="b@example.com")
    again = connect.customers.create(
        email="a@example.com", payment_method="pm_card_visa", idempotency_key="k1"
    )
    assert again == made
    assert len(connect.payment_methods.list().data) == 1
    card = connect.payment_methods.create(type="card", card=CARD, idempotency_key="k2")
    other = {**CARD, "number": NUMBER}
    assert connect.payment_methods.create(type="card", card=other, idempotency_key="k2") == card
    with pytest.raises(IdempotencyError):
        connect.payment_methods.create(
            type="card", card={**CARD, "exp_month": 11}, idempotency_key="k2"
        )
    held = connect.payment_methods.attach(card.id, customer=made.id, idempotency_key="k3")
    gone = connect.payment_methods.detach(card.id, idempotency_key="k4")
    assert connect.payment_methods.attach(card.id, customer=made.id, idempotency_key="k3") == held
    assert connect.payment_methods.detach(card.id, idempotency_key="k4") == gone
    for _ in range(2):
        with pytest.raises(InvalidRequestError, match="may not be used again"):
            connect.payment_methods.attach(card.id, customer=made.id, idempotency_key="k5")
    deleted = connect.customers.delete(made.id, idempotency_key="k6")
    assert connect.customers.delete(made.id, idempotency_key="k6") == deleted


def test_no_number_reaches_what_is_kept_or_shown(connect, tmp_path) -> None:
    cus = connect.customers.create()
    shown: list[object] = []
    for words in (
        {"type": "card", "card": CARD},
        {
            "type": "us_bank_account",
            "us_bank_account": {"account_number": BANK_NUMBER, "routing_number": "110000000"},
        },
    ):
        made = connect.payment_methods.create(**words, idempotency_key=f"key-{words['type']}")
        shown += [made, connect.payment_methods.attach(made.id, customer=cus.id)]
        shown.append(connect.payment_methods.update(made.id, metadata={"canary": "yes"}))
    for words in (
        {"type": "card", "card": {**CARD, "number": "5555555555554444", "exp_month": 13}},
        {"type": "card", "card": {**CARD, "number": "4012888888881881"}},
        {"type": "card", "card": {**CARD, "number": 4242424242424242}},
        {"type": "card", "card": {NUMBER: NUMBER}},
        {NUMBER: NUMBER},
    ):
        with pytest.raises(ConnectError) as caught:
            connect.payment_methods.create(**words, idempotency_key=f"bad-{len(shown)}")
        shown.append(caught.value)
        shown.append(caught.value.json_body)
    shown += [*connect.events.list(limit=100), *connect.payment_methods.list()]
    texts = [
        json.dumps(each.to_dict()) if hasattr(each, "to_dict") else str(each) for each in shown
    ]
    texts += [repr(each) for each in shown]
    files = [path for path in Path(tmp_path).rglob("*") if path.is_file()]
    texts += [path.read_bytes().decode("latin-1") for path in files]
    assert any("canary" in text for text in texts)
    assert not files or any("canary" in path.read_bytes().decode("latin-1") for path in files)
    for number in (NUMBER, CARD["number"], BANK_NUMBER, "5555555555554444", "4012888888881881"):
        assert not any(number in text for text in texts)
