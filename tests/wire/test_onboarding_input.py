"""Bad accounts and capabilities: one typed error that names the parameter, nothing written."""

from __future__ import annotations

import json

import pytest

from connectlib import Connect, ConnectError, VirtualClock
from tests.stories.onboarding import AT_ONCE, everything, jenny, opening, states, vector

CARD = "4242424242424242"
HUGE = "x" * 100_000
INVALID, UNKNOWN, MISSING = "parameter_invalid", "parameter_unknown", "parameter_missing"
INTEGER = "parameter_invalid_integer"


class Place:
    """A client with an individual, a company and a recipient; what its calls have written."""

    def __init__(self) -> None:
        self.connect = Connect(clock=VirtualClock())
        accounts = self.connect.accounts
        person = jenny("DE", AT_ONCE, metadata={str(n): "1" for n in range(50)})
        self.one = accounts.create(**opening("DE", individual=person))
        self.firm = accounts.create(**opening("DE", "company"))
        self.recipient = accounts.create(
            country="TH",
            type="express",
            capabilities=["transfers"],
            tos_acceptance={"service_agreement": "recipient"},
        )

    def refuses(self, call, param: str | None, code: str, status: int = 400) -> None:
        before = everything(self.connect)
        with pytest.raises(ConnectError) as caught:
            call()
        error = caught.value
        assert (error.param, error.code, error.http_status) == (param, code, status)
        shown = str(error) + repr(error) + json.dumps(error.json_body)
        assert CARD not in shown
        assert len(error.message) < 1_000
        assert everything(self.connect) == before


@pytest.fixture(scope="module")
def place():
    found = Place()
    yield found
    assert found.connect.ledger.verify().ok
    found.connect.close()


def individual(param: str, code: str, **words):
    head, _, rest = param.partition("[")
    return {"individual": words}, f"individual[{head}]" + (f"[{rest}" if rest else ""), code


def company(param: str, code: str, **words):
    head, _, rest = param.partition("[")
    return {"company": words}, f"company[{head}]" + (f"[{rest}" if rest else ""), code


CREATIONS = [
    ({"colour": 1}, "colour", UNKNOWN),
    ({CARD: 1}, "…", UNKNOWN),
    ({"account": "acct_1"}, "account", INVALID),
    individual("colour", UNKNOWN, colour=1),
    individual("…", UNKNOWN, **{CARD: 1}),
    individual("dob", INVALID, dob={"day": 31, "month": 2, "year": 1990}),
    individual("dob", INVALID, dob={"day": 29, "month": 2, "year": 1901}),
    individual("dob[year]", INTEGER, dob={"day": 1, "month": 1, "year": 1879}),
    individual("dob[month]", INTEGER, dob={"day": 1, "month": 13, "year": 1980}),
    individual("dob[year]", MISSING, dob={"day": 1, "month": 1}),
    individual("dob[day]", INTEGER, dob={"day": "1", "month": 1, "year": 1990}),
    individual("dob", INVALID, dob="1990-01-01"),
    individual("id_number", INVALID, id_number="12#"),
    individual("id_number", INVALID, id_number=5),
    individual("id_number", INVALID, id_number="1" * 41),
    individual("ssn_last_4", INVALID, ssn_last_4="12"),
    individual("ssn_last_4", INVALID, ssn_last_4=CARD),
    individual("email", INVALID, email="x"),
    individual("phone", INVALID, phone="call me"),
    individual("phone", INVALID, phone=CARD),
    individual("gender", INVALID, gender="x"),
    individual("nationality", INVALID, nationality="Germany"),
    individual("political_exposure", INVALID, political_exposure="x"),
    individual("first_name", INVALID, first_name=HUGE),
    individual("first_name", INVALID, first_name=f"Jenny {CARD}"),
    individual("first_name", INVALID, first_name="a\x00"),
    individual("maiden_name", INVALID, maiden_name=CARD),
    individual("address[line1]", INVALID, address={"line1": CARD}),
    individual("address[country]", INVALID, address={"country": "GER"}),
    individual("address[planet]", UNKNOWN, address={"planet": "Mars"}),
    individual("address", INVALID, address="Main St"),
    individual("address_kana[town]", INVALID, address_kana={"town": CARD}),
    individual("registered_address[city]", INVALID, registered_address={"city": CARD}),
    individual("full_name_aliases", INVALID, full_name_aliases=["a"] * 21),
    individual("full_name_aliases[0]", INVALID, full_name_aliases=[CARD]),
    individual("relationship[title]", INVALID, relationship={"title": CARD}),
    individual("relationship[percent_ownership]", INTEGER, relationship={"percent_ownership": 101}),
    individual("metadata", INVALID, metadata={"a": CARD}),
    individual("metadata", INVALID, metadata={str(n): "1" for n in range(51)}),
    individual(
        "verification[document][front]", INVALID, verification={"document": {"front": CARD}}
    ),
    individual("verification[document]", INVALID, verification={"document": "file_1"}),
    ({"individual": "Jenny"}, "individual", INVALID),
    company("colour", UNKNOWN, colour=1),
    company("name", INVALID, name=CARD),
    company("tax_id", INVALID, tax_id="12#4"),
    company("vat_id", INVALID, vat_id=7),
    company("structure", INVALID, structure="x"),
    company("owners_provided", INVALID, owners_provided="yes"),
    company("registration_date", INVALID, registration_date={"day": 31, "month": 2, "year": 2000}),
    company(
        "ownership_declaration[user_agent]", INVALID, ownership_declaration={"user_agent": CARD}
    ),
    company("tax_id_registrar", INVALID, tax_id_registrar=CARD),
    company("export_license_id", INVALID, export_license_id=CARD),
    company("verification[document][back]", INVALID, verification={"document": {"back": CARD}}),
    ({"individual": {}, "company": {}}, "company", "parameters_exclusive"),
    ({"business_type": "individual", "company": {"name": "X"}}, "company", INVALID),
    ({"business_type": "company", "individual": {"first_name": "X"}}, "individual", INVALID),
    ({"business_type": "non_profit", "individual": {"first_name": "X"}}, "individual", INVALID),
    ({"business_type": "shop"}, "business_type", INVALID),
    ({"type": "custom", "controller": {}}, "type", "parameters_exclusive"),
    (
        {"controller": {"losses": {"payments": "application"}}},
        "controller[losses][payments]",
        INVALID,
    ),
    ({"type": "big"}, "type", INVALID),
    ({"controller": {"fees": {"payer": "me"}}}, "controller[fees][payer]", INVALID),
    (
        {
            "tos_acceptance": {"service_agreement": "recipient"},
            "capabilities": ["card_payments", "transfers"],
        },
        "capabilities[card_payments]",
        INVALID,
    ),
    ({"capabilities": ["flying"]}, "capabilities[flying]", INVALID),
    ({"capabilities": {"transfers": {}}}, "capabilities[transfers][requested]", MISSING),
    ({"capabilities": "transfers"}, "capabilities", INVALID),
    ({"capabilities": [1]}, "capabilities", INVALID),
    ({"capabilities": [CARD]}, "capabilities[…]", INVALID),
    ({"country": "XX"}, "country", INVALID),
    ({"email": "x"}, "email", INVALID),
    ({"default_currency": "zzz"}, "default_currency", "invalid_currency"),
    ({"business_profile": {"mcc": "12"}}, "business_profile[mcc]", INVALID),
    ({"business_profile": {"url": CARD}}, "business_profile[url]", INVALID),
    (
        {"business_profile": {"product_description": CARD}},
        "business_profile[product_description]",
        INVALID,
    ),
    (
        {"business_profile": {"support_address": {"line1": CARD}}},
        "business_profile[support_address][line1]",
        INVALID,
    ),
    (
        {"settings": {"payments": {"statement_descriptor": "abc"}}},
        "settings[payments][statement_descriptor]",
        INVALID,
    ),
    (
        {"settings": {"payments": {"statement_descriptor": "a<bcde"}}},
        "settings[payments][statement_descriptor]",
        INVALID,
    ),
    (
        {"settings": {"branding": {"primary_color": "red"}}},
        "settings[branding][primary_color]",
        INVALID,
    ),
    ({"tos_acceptance": {"ip": "here"}}, "tos_acceptance[ip]", INVALID),
    ({"tos_acceptance": {"date": "now"}}, "tos_acceptance[date]", INTEGER),
    ({"tos_acceptance": {"user_agent": CARD}}, "tos_acceptance[user_agent]", INVALID),
    ({"metadata": {"a": CARD}}, "metadata", INVALID),
    ({"idempotency_key": CARD}, "idempotency_key", INVALID),
]


@pytest.mark.parametrize(("words", "param", "code"), CREATIONS, ids=lambda each: repr(each)[:50])
def test_a_wrong_account_is_named_and_writes_nothing(place, words, param, code) -> None:
    place.refuses(lambda: place.connect.accounts.create(**words), param, code)


UPDATES = [
    ("one", {"country": "US"}, "country", INVALID),
    ("one", {"type": "custom"}, "type", INVALID),
    ("one", {"controller": {"fees": {"payer": "account"}}}, "controller", INVALID),
    (
        "one",
        {"tos_acceptance": {"service_agreement": "recipient"}},
        "tos_acceptance[service_agreement]",
        INVALID,
    ),
    ("one", {"company": {"name": "X"}}, "company", INVALID),
    ("one", {"business_type": ""}, "business_type", INVALID),
    ("one", {"individual": {"metadata": {"more": "1"}}}, "individual[metadata]", INVALID),
    ("one", {"metadata": {str(n): "1" for n in range(51)}}, "metadata", INVALID),
    ("firm", {"individual": {"first_name": "X"}}, "individual", INVALID),
    ("recipient", {"capabilities": ["card_payments"]}, "capabilities[card_payments]", INVALID),
]


@pytest.mark.parametrize(("who", "words", "param", "code"), UPDATES)
def test_a_wrong_update_is_named_and_writes_nothing(place, who, words, param, code) -> None:
    id_ = getattr(place, who).id
    place.refuses(lambda: place.connect.accounts.update(id_, **words), param, code)


def test_who_is_not_there_cannot_be_changed(place) -> None:
    accounts = place.connect.accounts
    place.refuses(lambda: accounts.update("acct_no", email=""), "id", "resource_missing", 404)
    place.refuses(lambda: accounts.update(CARD, email=""), "id", INVALID)


def test_wrong_capabilities(place) -> None:
    caps, one = place.connect.accounts.capabilities, place.one.id
    refuses = place.refuses
    refuses(lambda: caps.update(one, "flying", requested=True), "capability", "resource_missing")
    refuses(lambda: caps.retrieve(one, "flying"), "capability", "resource_missing")
    refuses(lambda: caps.update(one, CARD, requested=True), "capability", INVALID)
    refuses(lambda: caps.update(one, "transfers", requested="x"), "requested", INVALID)
    refuses(lambda: caps.update(one, "transfers", requested=True, x=1), "x", UNKNOWN)
    other = place.recipient.id
    refuses(
        lambda: caps.update(other, "card_payments", requested=True),
        "capabilities[card_payments]",
        INVALID,
    )
    refuses(lambda: caps.retrieve("acct_no", "transfers"), "account", "resource_missing")
    refuses(lambda: caps.list("acct_no"), "account", "resource_missing")


def test_the_platforms_own_account_owes_nothing_whatever_it_tells() -> None:
    connect = Connect(clock=VirtualClock())
    own = connect.accounts.retrieve()
    for words in ({"email": "shop@example.com"}, {"business_type": "company"}, {"company": {}}):
        found = connect.accounts.update(own.id, **words)
        assert vector(found) == vector(own) == (True, True, None, True)
    connect.clock.advance(days=30)
    found = connect.accounts.retrieve()
    assert vector(found) == (True, True, None, True)
    assert states(found) == {"card_payments": "active", "transfers": "active"}
    assert found.requirements.currently_due == []
