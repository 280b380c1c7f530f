"""OAuth on every store, in both colours: connect, use, disconnect, connect again."""

from __future__ import annotations

import asyncio
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from connectlib import AsyncConnect, Connect, VirtualClock
from connectlib.api import errors
from connectlib.api.errors import (
    ConfigurationError,
    IdempotencyError,
    InvalidRequestError,
    OAuthError,
    PermissionError,  # noqa: A004
)
from connectlib.core.rows import Event
from connectlib.ports.store import Page
from tests.blocking import Blocking

HERE, OTHER = "https://shop.example/cb?from=oauth", "https://shop.example/other"
SEPA = {
    "type": "sepa_debit",
    "sepa_debit": {"iban": "AT611904300234573201"},
    "billing_details": {"name": "Lia", "email": "lia@example.com"},
}

DEBIT = {
    "amount": 7_000,
    "currency": "eur",
    "confirm": True,
    "payment_method_types": ["sepa_debit"],
    "payment_method_data": SEPA,
}


@pytest.fixture(params=["memory", "sqlite", "postgresql", "memory awaiting"])
def connect(request, tmp_path):
    store, _, colour = request.param.partition(" ")
    urls = {"memory": None, "sqlite": f"sqlite:///{tmp_path}/shop.db"}
    url = request.getfixturevalue("pg_url") if store == "postgresql" else urls[store]
    words = {"clock": VirtualClock(), "redirect_uris": [HERE, OTHER]}
    loop = asyncio.new_event_loop()
    client = Blocking(AsyncConnect(url, **words), loop) if colour else Connect(url, **words)
    yield client
    report = client.ledger.verify()
    client.aclose() if colour else client.close()
    loop.close()
    assert report.ok, report.flaw


def _client(connect):
    """The client itself, where it is behind a blocking face."""
    return getattr(connect, "_target", connect)


def _oauth(connect):
    return _client(connect).oauth


def joined(connect, *, scope="read_write", **words):
    """An account that has been connected: (its authorization, its tokens)."""
    url = _oauth(connect).authorize_url(scope=scope)
    made = connect.oauth.authorize(url, allow=True, **words)
    return made, connect.oauth.token(grant_type="authorization_code", code=made.code)


def disconnect(connect, account):
    ours = _oauth(connect).client_id
    return connect.oauth.deauthorize(client_id=ours, stripe_user_id=account)


def told(connect, account):
    engine = _client(connect)._engine
    query = Page(Event, 0, engine.world.id, account, limit=100, order="seq")
    return [event.type for event in engine.store.answer(query)]


def test_from_the_question_to_a_charge(connect) -> None:
    oauth = _oauth(connect)
    url = oauth.authorize_url(
        scope="read_write", state="tied & to=you", stripe_user={"email": "ada@example.com"}
    )
    asked = oauth.read(url)
    assert (asked.scope, asked.state, asked.redirect_uri) == ("read_write", "tied & to=you", HERE)
    assert asked.stripe_user == {"email": "ada@example.com"}
    made = connect.oauth.authorize(url, allow=True)
    back = parse_qs(urlsplit(made.redirect_url).query)
    assert made.redirect_url.startswith("https://shop.example/cb?")
    assert back == {
        "from": ["oauth"],
        "state": ["tied & to=you"],
        "scope": ["read_write"],
        "code": [made.code],
    }
    found = connect.oauth.token(grant_type="authorization_code", code=made.code)
    assert (found.token_type, found.scope, found.livemode) == ("bearer", "read_write", False)
    assert found.stripe_user_id == made.account
    assert made.code not in repr(made)
    assert found.access_token not in repr(found)
    assert connect.oauth.bearer(found.access_token) == (made.account, "read_write")
    ada = connect.accounts.retrieve(made.account)
    assert (ada.email, ada.controller.stripe_dashboard.type) == ("ada@example.com", "full")
    connect.testing.onboard(ada)
    charge = connect.charges.create(
        amount=1_000, currency="usd", source="tok_visa", account=made.account
    )
    assert charge.paid
    assert "account.application.authorized" in told(connect, made.account)


def test_a_no_goes_back_to_the_platform_and_makes_nothing(connect) -> None:
    url = _oauth(connect).authorize_url(state="s", redirect_uri=OTHER)
    found = connect.oauth.authorize(url, allow=False)
    assert (found.account, found.code, found.error) == (None, None, "access_denied")
    back = parse_qs(urlsplit(found.redirect_url).query)
    assert (back["error"], back["state"]) == (["access_denied"], ["s"])
    assert connect.accounts.list().data == []


def test_a_code_counts_once_and_for_five_minutes(connect) -> None:
    url = _oauth(connect).authorize_url()
    made, tokens = joined(connect)
    late = connect.oauth.authorize(url, allow=True)
    connect.clock.advance(seconds=300)
    with pytest.raises(errors.InvalidGrantError, match="has expired"):
        connect.oauth.token(grant_type="authorization_code", code=late.code)
    for _ in range(2):
        with pytest.raises(errors.InvalidGrantError, match="already been used") as caught:
            connect.oauth.token(grant_type="authorization_code", code=made.code)
        assert caught.value.json_body == {
            "error": "invalid_grant",
            "error_description": caught.value.message,
        }
        assert connect.oauth.bearer(tokens.access_token) is None
        with pytest.raises(errors.InvalidGrantError, match="revoked"):
            connect.oauth.token(grant_type="refresh_token", refresh_token=tokens.refresh_token)
    assert connect.accounts.retrieve(made.account).id == made.account


def test_a_refresh_gives_one_more_access_token_of_no_more_scope(connect) -> None:
    made, tokens = joined(connect)
    again = {"grant_type": "refresh_token", "refresh_token": tokens.refresh_token}
    narrow = connect.oauth.token(**again, scope="read_only")
    assert (narrow.scope, narrow.refresh_token) == ("read_only", tokens.refresh_token)
    for each, scope in ((tokens, "read_write"), (narrow, "read_only")):
        assert connect.oauth.bearer(each.access_token).scope == scope
    only, few = joined(connect, scope="read_only")
    with pytest.raises(errors.InvalidScopeError, match="more than was granted"):
        connect.oauth.token(
            grant_type="refresh_token", refresh_token=few.refresh_token, scope="read_write"
        )
    assert only.account != made.account


def test_a_repeat_of_a_yes_is_one_account_under_another_code(connect) -> None:
    url = _oauth(connect).authorize_url()
    first, second = (
        connect.oauth.authorize(url, allow=True, idempotency_key="k") for _ in range(2)
    )
    assert first.account == second.account
    assert first.code != second.code
    assert len(connect.accounts.list().data) == 1
    assert connect.oauth.token(grant_type="authorization_code", code=first.code)
    with pytest.raises(IdempotencyError):
        connect.oauth.authorize(url, allow=True, idempotency_key="k", account=first.account)


def test_who_disconnects_is_gone_and_tells_no_more(connect) -> None:
    made, tokens = joined(connect, stripe_user={"country": "DE"})
    id_ = made.account
    connect.testing.onboard(id_)
    connect.payment_intents.create(**DEBIT, account=id_)
    connect.payment_intents.create(**DEBIT, transfer_data={"destination": id_})
    paid = connect.charges.create(amount=5_000, currency="eur", source="tok_visa", account=id_)
    connect.refunds.create(charge=paid.id, amount=1_000, account=id_)
    assert disconnect(connect, id_).to_dict() == {"stripe_user_id": id_}
    connect.clock.advance(days=30)
    assert told(connect, id_)[0] == "account.application.deauthorized"
    assert connect.oauth.bearer(tokens.access_token) is None
    for verb in (
        lambda: connect.accounts.retrieve(id_),
        lambda: connect.balance.retrieve(account=id_),
        lambda: connect.charges.list(account=id_),
        lambda: connect.events.list(account=id_),
        lambda: connect.account_links.create(
            account=id_, type="account_onboarding", refresh_url=HERE, return_url=HERE
        ),
        lambda: connect.charges.create(amount=100, currency="eur", source="tok_visa", account=id_),
    ):
        with pytest.raises(PermissionError, match="does not have access") as caught:
            verb()
        assert (caught.value.code, caught.value.http_status) == ("account_invalid", 403)
    for verb in (
        lambda: connect.transfers.create(amount=1, currency="usd", destination=id_),
        lambda: connect.accounts.update(id_, email="a@b.c"),
        lambda: connect.accounts.delete(id_),
    ):
        with pytest.raises(InvalidRequestError, match="No such"):
            verb()
    assert connect.accounts.list().data == []


def test_who_connects_again_has_all_that_was_booked_meanwhile(connect) -> None:
    made, tokens = joined(connect, stripe_user={"country": "DE"})
    id_ = made.account
    connect.testing.onboard(id_)
    direct = connect.payment_intents.create(**DEBIT, account=id_)
    disconnect(connect, id_)
    connect.clock.advance(days=30)
    again = connect.oauth.authorize(_oauth(connect).authorize_url(), allow=True, account=id_)
    assert again.account == id_
    assert told(connect, id_)[:2] == [
        "account.application.authorized",
        "account.application.deauthorized",
    ]
    assert connect.oauth.bearer(tokens.access_token) is None
    assert connect.payment_intents.retrieve(direct.id, account=id_).status == "succeeded"
    connect.clock.advance(days=5)
    (payout,) = connect.payouts.list(account=id_).data
    assert payout.currency == "eur"


def test_an_event_shows_the_application(connect) -> None:
    made, _ = joined(connect)
    event = connect.events.list(account=made.account, type="account.application.authorized")[0]
    shown = {"id": _oauth(connect).client_id, "object": "application", "name": None}
    assert dict(event.data.object) == shown


#: (words of the address, error, words of the message, whether a browser is sent back)
ASKED = [
    ({"client_id": None}, "invalid_request", "No client_id", False),
    ({"client_id": "ca_other"}, "invalid_client", "No such application", False),
    ({"redirect_uri": "https://evil.example/cb"}, "invalid_request", "redirect_uris", False),
    ({"redirect_uri": HERE + "x"}, "invalid_request", "redirect_uris", False),
    ({"redirect_uri": "javascript:alert(1)"}, "invalid_request", "Not a valid URL", False),
    ({"state": "s" * 501}, "invalid_request", "state", False),
    ({"response_type": None}, "invalid_request", "No response_type", True),
    ({"response_type": "token"}, "unsupported_response_type", "not supported", True),
    ({"scope": "read_all"}, "invalid_scope", "not one of read_only, read_write", True),
]


@pytest.mark.parametrize(("words", "error", "text", "is_sent"), ASKED)
def test_a_wrong_question_is_refused_in_the_form_of_oauth(words, error, text, is_sent) -> None:
    with Connect(redirect_uris=[HERE]) as connect:
        given = {"client_id": connect.oauth.client_id, "response_type": "code", "state": "s"}
        given = {name: value for name, value in {**given, **words}.items() if value is not None}
        url = f"https://connect.localhost/oauth/authorize?{urlencode(given)}"
        for verb in (connect.oauth.read, lambda url: connect.oauth.authorize(url, allow=True)):
            with pytest.raises(OAuthError) as caught:
                verb(url)
            found = caught.value
            assert (found.error, found.code) == (error, error)
            assert text in found.error_description
            assert found.http_status == (401 if error == "invalid_client" else 400)
            assert (found.redirect_url is not None) is is_sent
            if is_sent:
                back = parse_qs(urlsplit(found.redirect_url).query)
                assert (back["error"], back["state"]) == ([error], ["s"])
        assert connect.accounts.list().data == []


@pytest.mark.parametrize("url", [None, 7, "", "x", "javascript:x", "https://x/?scope=a&scope=b"])
def test_what_is_no_question_is_refused(url) -> None:
    with Connect() as connect, pytest.raises(errors.OAuthInvalidRequestError):
        connect.oauth.read(url)


@pytest.mark.parametrize(
    ("words", "error"),
    [
        ({"colour": "red"}, "invalid_request"),
        ({"scope": "read_all"}, "invalid_scope"),
        ({"scope": 7}, "invalid_request"),
        ({"stripe_user": "ada"}, "invalid_request"),
        ({"redirect_uri": HERE}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"client_id": "ca_x"}, "invalid_client"),
    ],
)
def test_a_wrong_address_is_refused_before_anybody_goes_there(words, error) -> None:
    with Connect() as connect, pytest.raises(OAuthError) as caught:
        connect.oauth.authorize_url(**words)
    assert caught.value.error == error


@pytest.mark.parametrize("words", [{"allow": "false"}, {"allow": 1}, {"allow": None}])
def test_a_yes_is_a_yes_and_nothing_else(words) -> None:
    with Connect() as connect:
        url = connect.oauth.authorize_url()
        for more in (words, {"allow": True, "stripe_user": "ada"}):
            with pytest.raises(errors.OAuthInvalidRequestError):
                connect.oauth.authorize(url, **more)
        assert connect.accounts.list().data == []
        made = connect.oauth.authorize(url, allow=True, stripe_user={"country": 7, "email": None})
        assert connect.accounts.retrieve(made.account).country == "US"


def test_without_an_address_the_code_is_handed_over_by_hand() -> None:
    with Connect() as connect:
        made = connect.oauth.authorize(connect.oauth.authorize_url(), allow=True)
        assert made.redirect_url is None
        assert connect.oauth.token(grant_type="authorization_code", code=made.code)


#: (words of the request, class of the error, words of the message)
TOKEN = [
    ({}, "OAuthInvalidRequestError", "No grant type specified"),
    ({"grant_type": "password"}, "UnsupportedGrantTypeError", "password"),
    ({"grant_type": 7}, "UnsupportedGrantTypeError", "a int"),
    ({"grant_type": "authorization_code"}, "OAuthInvalidRequestError", "No code was given"),
    ({"grant_type": "refresh_token"}, "OAuthInvalidRequestError", "No refresh_token"),
    ({"grant_type": "authorization_code", "code": ""}, "OAuthInvalidRequestError", "empty"),
    ({"grant_type": "authorization_code", "code": 7}, "OAuthInvalidRequestError", "string"),
    ({"grant_type": "authorization_code", "code": "ac_x"}, "InvalidGrantError", "does not exist"),
    ({"grant_type": "authorization_code", "code": "SENT"}, "InvalidGrantError", "does not exist"),
    ({"grant_type": "refresh_token", "refresh_token": "rt_"}, "InvalidGrantError", "not exist"),
    (
        {"grant_type": "authorization_code", "code": "ac_x", "colour": "red"},
        "OAuthInvalidRequestError",
        "unknown parameter",
    ),
    (
        {"grant_type": "refresh_token", "refresh_token": "rt_x", "scope": "all"},
        "InvalidScopeError",
        "not one of",
    ),
]


@pytest.mark.parametrize(("words", "name", "text"), TOKEN)
def test_a_wrong_request_for_tokens_is_refused(words, name, text) -> None:
    with Connect() as connect:
        made = connect.oauth.authorize(connect.oauth.authorize_url(), allow=True)
        wrong = made.code[:-1] + ("1" if made.code[-1] == "0" else "0")
        words = {key: wrong if value == "SENT" else value for key, value in words.items()}
        with pytest.raises(getattr(errors, name), match=text) as caught:
            connect.oauth.token(**words)
        assert caught.value.http_status == 400
        assert connect.oauth.token(grant_type="authorization_code", code=made.code)


@pytest.mark.parametrize(
    ("client", "account", "error"),
    [
        (None, "ada", "invalid_request"),
        ("ours", None, "invalid_request"),
        ("ours", "", "invalid_request"),
        ("ca_other", "ada", "invalid_client"),
        (7, "ada", "invalid_client"),
        ("ours", "acct_none", "invalid_client"),
        ("ours", "express", "invalid_request"),
        ("ours", "platform", "invalid_client"),
    ],
)
def test_a_wrong_disconnection_is_refused(client, account, error) -> None:
    with Connect(clock=VirtualClock()) as connect:
        express = connect.accounts.create(controller={"stripe_dashboard": {"type": "express"}})
        names = {
            "ours": connect.oauth.client_id,
            "ada": joined(connect)[0].account,
            "express": express.id,
            "platform": connect.accounts.retrieve().id,
        }
        with pytest.raises(OAuthError) as caught:
            connect.oauth.deauthorize(
                client_id=names.get(client, client), stripe_user_id=names.get(account, account)
            )
        assert caught.value.error == error
        assert len(connect.accounts.list().data) == 2


@pytest.mark.parametrize("token", [None, 7, "", "sk_test_x", "rt_", "sk_test_" + "0" * 61])
def test_what_is_no_access_token_is_for_nobody(token) -> None:
    with Connect() as connect:
        joined(connect)
        assert connect.oauth.bearer(token) is None


def test_only_sound_addresses_can_be_registered() -> None:
    for uris in ("https://a.example", [7], ["/cb"], ["https://a.example/#x"]):
        with pytest.raises(ConfigurationError, match="redirect_uris"):
            Connect(redirect_uris=uris)
    for url in ("nowhere", 7, "https://a.example/?x=y", "ftp://a.example"):
        with pytest.raises(ConfigurationError, match="hosted_url"):
            Connect(hosted_url=url)
