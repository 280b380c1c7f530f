"""Accounts: made by type and by controller, what they may do, rejected and taken back."""

from __future__ import annotations

import pytest

from connectlib import CardError, IdempotencyError, InvalidRequestError

GOOD = {"amount": 10_000, "currency": "usd", "source": "tok_visa"}
RECIPIENT = {"service_agreement": "recipient"}


def told(connect, account, type_):
    return list(connect.events.list(account=account, type=type_, limit=100))


def said(controller) -> tuple[str, ...]:
    return (
        controller["fees"]["payer"],
        controller["losses"]["payments"],
        controller["requirement_collection"],
        controller["stripe_dashboard"]["type"],
    )


def test_an_account_is_made_by_its_type_or_by_its_controller(connect) -> None:
    made = {name: connect.accounts.create(type=name) for name in ("standard", "express", "custom")}
    assert {name: said(one.controller) for name, one in made.items()} == {
        "standard": ("account", "stripe", "stripe", "full"),
        "express": ("application_express", "application", "stripe", "express"),
        "custom": ("application_custom", "application", "application", "none"),
    }
    assert {name: one.type for name, one in made.items()} == {name: name for name in made}
    assert {name: one.settings.payouts.debit_negative_balances for name, one in made.items()} == {
        "standard": True,
        "express": True,
        "custom": False,
    }
    for given, wanted in (
        (None, ("account", "stripe", "stripe", "full")),
        ({"fees": {"payer": "application"}}, ("application", "stripe", "stripe", "full")),
        ({"stripe_dashboard": {"type": "none"}}, ("account", "stripe", "stripe", "none")),
        (
            {"fees": {"payer": "application"}, "losses": {"payments": "application"}},
            ("application", "application", "stripe", "full"),
        ),
    ):
        found = connect.accounts.create(controller=given)
        assert said(found.controller) == wanted
        assert (found.type, found.controller.type, found.controller.is_controller) == (
            "none", "application", True,
        )  # fmt: skip
    own = connect.accounts.retrieve()
    assert own.controller == {"type": "account"}
    assert own.capabilities == {"card_payments": "active", "transfers": "active"}


def test_settings_and_profile_change_field_by_field(connect) -> None:
    ada = connect.accounts.create(
        business_type="non_profit",
        business_profile={
            "name": "Ada",
            "mcc": "5970",
            "support_address": {"city": "Rome", "country": "IT"},
            "annual_revenue": {"amount": 5, "currency": "usd", "fiscal_year_end": "2025-12-31"},
        },
        settings={
            "payments": {"statement_descriptor": "ADAS POTTERY"},
            "branding": {"primary_color": "#00ff00"},
            "card_payments": {"decline_on": {"cvc_failure": True}},
            "payouts": {"schedule": {"delay_days": 9, "interval": "manual"}},
        },
    )
    profile = ada.business_profile
    assert (profile.support_address.city, profile.support_address.line1) == ("Rome", None)
    assert ada.settings.payouts.schedule == {"delay_days": 9, "interval": "manual"}
    changed = connect.accounts.update(
        ada,
        business_profile={"support_address": {"line1": "Via 1"}, "mcc": ""},
        settings={
            "payments": {"statement_descriptor": ""},
            "card_payments": {"decline_on": {"avs_failure": True}},
            "payouts": {"schedule": {"delay_days": "minimum"}},
        },
    )
    address = changed.business_profile.support_address
    assert (address.city, address.line1, changed.business_profile.mcc) == ("Rome", "Via 1", None)
    assert changed.business_profile.annual_revenue.amount == 5
    shown = changed.settings
    assert shown.payments.statement_descriptor is None
    assert shown.card_payments.decline_on == {"avs_failure": True, "cvc_failure": True}
    assert shown.payouts.schedule == {"delay_days": 2, "interval": "manual"}
    assert shown.branding.primary_color == "#00ff00"
    event = told(connect, ada.id, "account.updated")[0].data
    assert event.previous_attributes == {
        "business_profile": {"mcc": "5970", "support_address": {"line1": None}},
        "settings": {
            "card_payments": {"decline_on": {"avs_failure": False}},
            "payments": {"statement_descriptor": "ADAS POTTERY"},
            "payouts": {"schedule": {"delay_days": 9}},
        },
    }
    assert connect.accounts.update(ada, business_profile={"mcc": ""}) == changed
    assert len(told(connect, ada.id, "account.updated")) == 2


def test_capabilities_are_asked_for_and_derived(connect) -> None:
    ada = connect.accounts.create(type="custom", capabilities=["transfers"])
    rooms = connect.accounts.capabilities
    connect.clock.advance(hours=1)
    asked = rooms.update(ada, "sepa_debit_payments", requested=True, idempotency_key="k")
    assert (asked.requested, asked.status, asked.account) == (True, "inactive", ada.id)
    assert asked.requested_at == ada.created + 3600
    assert asked.requirements.disabled_reason == "requirements.fields_needed"
    assert [one.id for one in rooms.list(ada)] == ["sepa_debit_payments", "transfers"]
    never = rooms.retrieve(ada, "zip_payments")
    assert (never.requested, never.status, never.requested_at) == (False, "unrequested", None)
    connect.testing.onboard(ada)
    active = rooms.retrieve(ada, "sepa_debit_payments")
    assert (active.status, active.requested_at) == ("active", asked.requested_at)
    assert active.requirements.currently_due == []
    # What is known of the account is known for what it asks for later, too.
    assert rooms.update(ada, "zip_payments", requested=True).status == "active"
    assert rooms.update(ada, "sepa_debit_payments", requested=True, idempotency_key="k") == asked
    with pytest.raises(IdempotencyError):
        rooms.update(ada, "sepa_debit_payments", requested=False, idempotency_key="k")
    assert rooms.update(ada, "zip_payments", requested=False).status == "unrequested"
    found = [
        (one.data.object.id, one.data.previous_attributes["status"], one.data.object.status)
        for one in reversed(told(connect, ada.id, "capability.updated"))
    ]
    assert found == [
        ("transfers", "unrequested", "inactive"),
        ("sepa_debit_payments", "unrequested", "inactive"),
        ("sepa_debit_payments", "inactive", "active"),
        ("transfers", "inactive", "active"),
        ("zip_payments", "unrequested", "active"),
        ("zip_payments", "active", "unrequested"),
    ]


def test_a_recipient_is_paid_and_takes_no_payments(connect) -> None:
    connect.charges.create(**{**GOOD, "source": "tok_bypassPending"})
    made = connect.accounts.create(
        type="custom",
        country="KE",
        capabilities=["transfers"],
        tos_acceptance={**RECIPIENT, "date": 1_700_000_000, "ip": "2001:DB8::1"},
    )
    assert made.default_currency == "kes"
    assert made.tos_acceptance == {
        "date": 1_700_000_000,
        "ip": "2001:db8::1",
        "service_agreement": "recipient",
        "user_agent": None,
    }
    assert made.requirements.currently_due == ["business_type", "external_account"]
    ready = connect.testing.onboard(made)
    assert (ready.charges_enabled, ready.payouts_enabled) == (True, True)
    same = connect.accounts.update(made, tos_acceptance={**RECIPIENT, "ip": "10.0.0.1"})
    assert same.tos_acceptance.ip == "10.0.0.1"
    paid = connect.testing.account(tos_acceptance=RECIPIENT)
    assert connect.transfers.create(amount=100, currency="usd", destination=paid).amount == 100
    with pytest.raises(InvalidRequestError) as caught:
        connect.charges.create(**GOOD, account=paid)
    assert caught.value.code == "capability_not_active"


def test_a_rejected_account_gets_nothing_new_and_what_was_under_way_ends(connect) -> None:
    ada = connect.testing.account()
    debit = connect.charges.create(
        **{**GOOD, "source": "pm_usBankAccount_success"}, transfer_data={"destination": ada}
    )
    connect.charges.create(**GOOD, transfer_data={"destination": ada})
    assert debit.status == "pending"
    rejected = connect.accounts.reject(ada, reason="fraud_other", idempotency_key="r")
    assert connect.accounts.reject(ada, reason="fraud_other", idempotency_key="r") == rejected
    assert rejected.requirements.disabled_reason == "rejected.platform_fraud"
    assert (rejected.charges_enabled, rejected.payouts_enabled) == (False, False)
    assert rejected.details_submitted is True
    for call in (
        lambda: connect.charges.create(**GOOD, account=ada),
        lambda: connect.charges.create(**GOOD, on_behalf_of=ada),
        lambda: connect.charges.create(**GOOD, transfer_data={"destination": ada}),
        lambda: connect.payouts.create(amount=1, currency="usd", account=ada),
    ):
        with pytest.raises(InvalidRequestError):
            call()
    connect.clock.advance(days=9)
    assert connect.charges.retrieve(debit.id).status == "succeeded"
    assert connect.balance.retrieve(account=ada).available["usd"] == 20_000
    assert list(connect.payouts.list(account=ada)) == []
    back = connect.accounts.unreject(ada)
    assert (back.charges_enabled, back.payouts_enabled) == (True, True)
    connect.clock.advance(days=3)
    (payout,) = connect.payouts.list(account=ada)
    assert (payout.amount, payout.status) == (20_000, "paid")
    types = [event.type for event in connect.events.list(account=ada, limit=100)]
    assert types.count("capability.updated") == 2 * 4


def test_a_rejected_account_may_be_paid_out_all_the_same(connect) -> None:
    ada = connect.testing.account()
    connect.charges.create(**GOOD, transfer_data={"destination": ada})
    found = connect.accounts.reject(ada, reason="terms_of_service", payouts_action="none")
    assert found.requirements.disabled_reason == "rejected.platform_terms_of_service"
    assert (found.charges_enabled, found.payouts_enabled) == (False, True)
    connect.clock.advance(days=9)
    (payout,) = connect.payouts.list(account=ada)
    assert (payout.amount, payout.status) == (10_000, "paid")
    assert connect.accounts.delete(ada).deleted is True


WORDS = {
    "payments": {"statement_descriptor": "ADAS POTTERY ROME"},
    "card_payments": {
        "statement_descriptor_prefix": "ADA",
        "decline_on": {"avs_failure": True, "cvc_failure": True},
    },
    "payouts": {"statement_descriptor": "ADA PAYS OUT"},
}


def test_the_words_of_an_account_are_on_statements(connect) -> None:
    ada = connect.testing.account(settings=WORDS)
    bob = connect.testing.account(
        settings={"payments": {"statement_descriptor": "BOB THE BUILDER"}}
    )
    bank = "pm_usBankAccount_success"
    for words, shown in (
        ({"account": ada}, "ADAS POTTERY ROME"),
        ({"account": ada, "statement_descriptor": "MUG 7"}, "ADA* MUG 7"),
        ({"on_behalf_of": ada, "statement_descriptor": "M" * 22}, "ADA* " + "M" * 17),
        ({"account": ada, "source": bank, "statement_descriptor": "MUG 7"}, "MUG 7"),
        ({"account": bob, "statement_descriptor": "MUG 7"}, "BOB THE BU* MUG 7"),
        ({"transfer_data": {"destination": ada}}, None),
        ({"statement_descriptor": "MUG 7"}, "MUG 7"),
    ):
        charge = connect.charges.create(**{**GOOD, **words})
        assert charge.calculated_statement_descriptor == shown
        assert charge.statement_descriptor == words.get("statement_descriptor")
    connect.clock.advance(days=9)
    assert {one.statement_descriptor for one in connect.payouts.list(account=ada)} == {
        "ADA PAYS OUT"
    }
    connect.charges.create(**{**GOOD, "source": "tok_bypassPending"}, account=ada)
    mine = connect.payouts.create(
        amount=5, currency="usd", account=ada, statement_descriptor="BY HAND"
    )
    assert mine.statement_descriptor == "BY HAND"


#: (card, setting) -> the code and the parameter of the decline; None where there is none.
CHECKS = {
    ("cvcCheckFail", "cvc_failure"): ("incorrect_cvc", "cvc"),
    ("avsZipFail", "avs_failure"): ("incorrect_zip", "address_zip"),
    ("avsFail", "avs_failure"): ("incorrect_zip", "address_zip"),
    ("avsFail", "cvc_failure"): None,
    ("avsLine1Fail", "avs_failure"): None,
    ("avsUnchecked", "avs_failure"): None,
    ("visa", "cvc_failure"): None,
}


def test_checks_that_fail_decline_where_the_account_says_so(connect) -> None:
    lax, strict = connect.testing.account(), {}
    for setting in ("avs_failure", "cvc_failure"):
        rule = {"card_payments": {"decline_on": {setting: True}}}
        strict[setting] = connect.testing.account(settings=rule)
    for (card, setting), declined in CHECKS.items():
        paying, to = {**GOOD, "source": f"tok_{card}"}, strict[setting]
        intent = {"amount": 500, "currency": "usd", "payment_method": f"pm_card_{card}"}
        assert connect.charges.create(**paying, account=lax).status == "succeeded"
        if declined is None:
            assert connect.charges.create(**paying, account=to).status == "succeeded"
            continue
        for verb, words in (
            (connect.charges.create, {**paying, "account": to}),
            (connect.charges.create, {**paying, "on_behalf_of": to}),
            (connect.payment_intents.create, {**intent, "confirm": True, "account": to}),
        ):
            with pytest.raises(CardError) as caught:
                verb(**words)
            assert (caught.value.code, caught.value.param) == declined
    off = {"card_payments": {"decline_on": {"cvc_failure": False}}}
    connect.accounts.update(strict["cvc_failure"], settings=off)
    paying = {**GOOD, "source": "tok_cvcCheckFail"}
    assert connect.charges.create(**paying, account=strict["cvc_failure"]).status == "succeeded"


def test_country_specs_are_paged_both_ways(connect) -> None:
    whole = [one.id for one in connect.country_specs.list(limit=100)]
    assert whole == sorted(whole)
    walked, after = [], None
    while True:
        page = connect.country_specs.list(limit=7, starting_after=after)
        walked += [one.id for one in page]
        after = walked[-1]
        if not page.has_more:
            break
    assert walked == whole
    before = connect.country_specs.list(limit=3, ending_before=whole[5])
    assert [one.id for one in before] == whole[2:5]
    assert before.has_more
    for one in connect.country_specs.list(limit=100):
        assert connect.country_specs.retrieve(one.id) == one
        made = connect.accounts.create(country=one.id)
        assert made.default_currency == one.default_currency
        assert one.default_currency in one.supported_payment_currencies
        assert one.id in one.supported_transfer_countries
        assert one.id in one.supported_bank_account_currencies[one.default_currency]
