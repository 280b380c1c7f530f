"""The documented errors of accounts, capabilities and country specs: each call, what is raised.

Nothing of a request that is refused is written.
"""

from __future__ import annotations

import pytest

from connectlib import Connect, InvalidRequestError, VirtualClock

ASKED = "accounts.create"
UPDATE = "accounts.update"


class Scene:
    """A marketplace with an account of every kind."""

    def __init__(self) -> None:
        self.connect = connect = Connect(clock=VirtualClock())
        self.standard = connect.accounts.create(type="standard").id
        self.express = connect.testing.onboard(connect.accounts.create(type="express")).id
        self.custom = connect.accounts.create(type="custom").id
        self.payee = connect.accounts.create(
            type="custom", country="KE", tos_acceptance={"service_agreement": "recipient"}
        ).id
        self.rejected = connect.testing.account().id
        self.gone = connect.accounts.create(type="express").id
        self.own = connect.accounts.retrieve().id
        connect.accounts.delete(self.gone)
        connect.accounts.reject(self.rejected, reason="other")

    def filled(self, value):
        """A value with the accounts of the scene in the places of their names."""
        if isinstance(value, str) and value.startswith("$"):
            return getattr(self, value[1:])
        return value

    def dump(self) -> list[object]:
        accounts = (self.standard, self.express, self.custom, self.payee, self.rejected)
        return [
            *[self.connect.accounts.retrieve(one).to_dict() for one in accounts],
            *[len(self.connect.events.list(account=one, limit=100)) for one in accounts],
            len(self.connect.accounts.list(limit=100)),
        ]


@pytest.fixture(scope="module")
def scene():
    found = Scene()
    yield found
    found.connect.close()


def settings(room: str, **words):
    return {"settings": {room: words}}


PLACE = "settings[payments][statement_descriptor]"
PREFIX = "settings[card_payments][statement_descriptor_prefix]"
INVALID, MISSING = "parameter_invalid", "resource_missing"
REJECT, UNREJECT = "accounts.reject", "accounts.unreject"
LIABLE = {"losses": {"payments": "application"}}
COLLECTS = {
    "fees": {"payer": "application"},
    "losses": {"payments": "application"},
    "requirement_collection": "application",
}
#: (call, arguments, parameters, error code, param, status, a part of the message)
ERRORS = [
    (ASKED, (), {"type": "express", "controller": {}}, "parameters_exclusive", "type", 400, "only"),
    (ASKED, (), {"type": "none"}, INVALID, "type", 400, "must be one of"),
    (ASKED, (), {"controller": LIABLE}, INVALID, "controller[losses][payments]", 400, "requires"),
    (ASKED, (), {"controller": COLLECTS}, INVALID, "controller[requirement_collection]", 400, ""),
    (ASKED, (), {"controller": {"x": 1}}, "parameter_unknown", "controller[x]", 400, ""),
    (ASKED, (), {"country": "KE"}, "country_unsupported", "country", 400, "full service agreement"),
    (ASKED, (), {"country": "QQ"}, INVALID, "country", 400, "unknown"),
    (ASKED, (), {"business_type": "llc"}, INVALID, "business_type", 400, "government_entity"),
    (ASKED, (), {"capabilities": ["fly"]}, INVALID, "capabilities[fly]", 400, "fly"),
    (ASKED, (), {"tos_acceptance": {"date": 1}}, None, "tos_acceptance[date]", 400, "on behalf"),
    (ASKED, (), {"tos_acceptance": {"ip": "::1"}}, None, "tos_acceptance[ip]", 400, "on behalf"),
    (ASKED, (), {"tos_acceptance": {"ip": "home"}}, INVALID, "tos_acceptance[ip]", 400, "IP"),
    (ASKED, (), settings("payments", statement_descriptor="Ada"), INVALID, PLACE, 400, "5 to 22"),
    (ASKED, (), settings("payments", statement_descriptor="A" * 23), INVALID, PLACE, 400, "5 to"),
    (ASKED, (), settings("payments", statement_descriptor="12 345"), INVALID, PLACE, 400, "letter"),
    (ASKED, (), settings("payments", statement_descriptor="Ada's"), INVALID, PLACE, 400, "cannot"),
    (ASKED, (), settings("payments", statement_descriptor="Ädäädä"), INVALID, PLACE, 400, "Latin"),
    (
        ASKED, (), settings("card_payments", statement_descriptor_prefix="A"),
        INVALID, PREFIX, 400, "2 to 10",
    ),
    (
        ASKED, (), settings("payouts", statement_descriptor="A" * 23),
        INVALID, "settings[payouts][statement_descriptor]", 400, "1 to 22",
    ),
    (
        ASKED, (), settings("payouts", schedule={"interval": "weekly"}),
        INVALID, "settings[payouts][schedule][interval]", 400, "not offered yet",
    ),
    (
        ASKED, (), settings("payouts", schedule={"delay_days": 32}),
        "parameter_invalid_integer", "settings[payouts][schedule][delay_days]", 400, "31",
    ),
    (
        ASKED, (), settings("branding", primary_color="red"),
        INVALID, "settings[branding][primary_color]", 400, "#rrggbb",
    ),
    (
        ASKED, (), settings("card_payments", decline_on={"cvc_failure": 1}),
        INVALID, "settings[card_payments][decline_on][cvc_failure]", 400, "boolean",
    ),
    (
        ASKED, (), settings("dashboard", timezone="x"),
        "parameter_unknown", "settings[dashboard]", 400, "",
    ),
    (ASKED, (), {"business_profile": {"mcc": "59"}}, INVALID, "business_profile[mcc]", 400, "four"),
    (
        ASKED, (), {"business_profile": {"annual_revenue": {"amount": 1, "currency": "usd"}}},
        "parameter_missing", "business_profile[annual_revenue][fiscal_year_end]", 400, "",
    ),
    (UPDATE, ("$custom",), {"country": "DE"}, INVALID, "country", 400, "never changes"),
    (UPDATE, ("$custom",), {"type": "custom"}, INVALID, "type", 400, "never changes"),
    (UPDATE, ("$custom",), {"controller": {}}, INVALID, "controller", 400, "never changes"),
    (
        UPDATE, ("$payee",), {"tos_acceptance": {"service_agreement": "full"}},
        INVALID, "tos_acceptance[service_agreement]", 400, "never",
    ),
    (
        UPDATE, ("$express",), {"tos_acceptance": {"date": 1}},
        None, "tos_acceptance[date]", 400, "on behalf",
    ),
    (
        UPDATE, ("$payee",), {"capabilities": ["transfers", "zip_payments"]},
        INVALID, "capabilities[zip_payments]", 400, "recipient",
    ),
    (UPDATE, ("$gone",), {"email": "a@b.c"}, MISSING, "id", 404, "No such account"),
    ("accounts.delete", ("$own",), {}, INVALID, "id", 400, "own account"),
    (REJECT, ("$express",), {}, "parameter_missing", "reason", 400, "reason"),
    (REJECT, ("$express",), {"reason": "fraud"}, INVALID, "reason", 400, "fraud_other"),
    (
        REJECT, ("$express",), {"reason": "other", "payouts_action": "stop"},
        INVALID, "payouts_action", 400, "pause",
    ),
    (REJECT, ("$standard",), {"reason": "other"}, None, "id", 400, "not liable"),
    (REJECT, ("$own",), {"reason": "other"}, INVALID, "id", 400, "own account"),
    (REJECT, ("$gone",), {"reason": "other"}, MISSING, "id", 404, "No such account"),
    (REJECT, ("$rejected",), {"reason": "credit"}, None, "id", 400, "already"),
    (UNREJECT, ("$express",), {}, None, "id", 400, "not been rejected"),
    (UNREJECT, ("$standard",), {}, None, "id", 400, "not liable"),
    ("accounts.capabilities.retrieve", ("$custom", "fly"), {}, MISSING, "capability", 400, "fly"),
    (
        "accounts.capabilities.retrieve", ("$gone", "transfers"), {},
        MISSING, "account", 400, "No such account",
    ),
    ("accounts.capabilities.list", ("acct_x",), {}, MISSING, "account", 400, "No such account"),
    (
        "accounts.capabilities.update", ("$custom", "transfers"), {"requested": "yes"},
        INVALID, "requested", 400, "boolean",
    ),
    (
        "accounts.capabilities.update", ("$payee", "card_payments"), {"requested": True},
        INVALID, "capabilities[card_payments]", 400, "recipient",
    ),
    (
        "accounts.capabilities.update", ("$gone", "transfers"), {"requested": True},
        MISSING, "id", 404, "No such account",
    ),
    (
        "charges.create", (),
        {"amount": 100, "currency": "usd", "source": "tok_visa", "account": "$rejected"},
        "capability_not_active", "account", 400, "card_payments",
    ),
    (
        "transfers.create", (), {"amount": 100, "currency": "usd", "destination": "$rejected"},
        "insufficient_capabilities_for_transfer", "destination", 400, "transfers",
    ),
    (
        "payouts.create", (), {"amount": 100, "currency": "usd", "account": "$rejected"},
        "payouts_not_allowed", "account", 400, "rejected",
    ),
    ("country_specs.retrieve", ("KE",), {}, MISSING, "country", 400, "KE"),
    ("country_specs.list", (), {"starting_after": "KE"}, MISSING, "starting_after", 400, "KE"),
    ("country_specs.list", (), {"limit": 0}, "parameter_invalid_integer", "limit", 400, ""),
]  # fmt: skip


@pytest.mark.parametrize(("verb", "given", "words", "code", "param", "status", "part"), ERRORS)
def test_a_wrong_request_says_what_is_wrong(
    scene, verb, given, words, code, param, status, part
) -> None:
    before = scene.dump()
    call = scene.connect
    for name in verb.split("."):
        call = getattr(call, name)
    filled = {name: scene.filled(value) for name, value in words.items()}
    with pytest.raises(InvalidRequestError) as caught:
        call(*(scene.filled(one) for one in given), **filled)
    error = caught.value
    assert (error.type, error.code) == ("invalid_request_error", code)
    assert (error.param, error.http_status) == (param, status)
    assert part in str(error)
    assert "hint:" in str(error) or code == MISSING
    assert scene.dump() == before
