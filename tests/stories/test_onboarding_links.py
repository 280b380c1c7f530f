"""Account links, account sessions and login links on every store, in both colours."""

from __future__ import annotations

import pytest

from connectlib import Connect
from connectlib.api.errors import (
    IdempotencyError,
    InvalidRequestError,
    PermissionError,  # noqa: A004
)
from connectlib.core.openings import LASTS
from connectlib.core.rows import AccountLink
from connectlib.core.secret_tokens import split
from connectlib.ports.store import One
from connectlib.wire.objects.account_links import OpenedAccountLink, SpentAccountLink

AGAIN, DONE = "https://example.com/again", "https://example.com/done?x=1"
URLS = {"refresh_url": AGAIN, "return_url": DONE}
EXPRESS = {
    "fees": {"payer": "application"},
    "losses": {"payments": "application"},
    "stripe_dashboard": {"type": "express"},
}
CUSTOM = {**EXPRESS, "requirement_collection": "application", "stripe_dashboard": {"type": "none"}}


def link(connect, account, type_="account_onboarding", **words):
    return connect.account_links.create(account=account, type=type_, **{**URLS, **words})


def test_a_link_opens_once(connect) -> None:
    ada = connect.accounts.create(email="ada@example.com", capabilities=["transfers"])
    made = link(connect, ada)
    assert list(made.to_dict()) == ["object", "created", "expires_at", "url"]
    assert made.expires_at - made.created == 300
    opened = connect.account_links.open(made.url)
    assert isinstance(opened, OpenedAccountLink)
    assert (opened.account, opened.is_open) == (ada.id, True)
    assert opened.fields == tuple(ada.requirements.currently_due) != ()
    assert (opened.return_url, opened.refresh_url, opened.future_fields) == (DONE, AGAIN, ())
    for given in (made.url, made.url.rpartition("/")[2], made.url + "?from=mail"):
        again = connect.account_links.open(given)
        assert again == SpentAccountLink(ada.id, AGAIN, "opened")
        assert not again.is_open


def test_a_link_ends_by_the_clock(connect) -> None:
    ada = connect.accounts.create()
    made = link(connect, ada, collection_options={"fields": "eventually_due"})
    connect.clock.advance(seconds=299)
    other = link(connect, ada)
    connect.clock.advance(seconds=1)
    assert connect.account_links.open(made.url) == SpentAccountLink(ada.id, AGAIN, "expired")
    assert connect.account_links.open(other.url).is_open


def test_a_repeat_gives_the_same_link_another_url(connect) -> None:
    ada = connect.accounts.create()
    first, second = (link(connect, ada, idempotency_key="k") for _ in range(2))
    assert first.url != second.url
    assert first.url[:-32] == second.url[:-32]
    assert first.expires_at == second.expires_at
    assert connect.account_links.open(first.url).is_open
    assert connect.account_links.open(second.url).reason == "opened"
    with pytest.raises(IdempotencyError):
        link(connect, ada, idempotency_key="k", return_url=AGAIN)


def test_nobody_who_reads_the_database_can_open_a_link() -> None:
    with Connect() as connect:
        made = link(connect, connect.accounts.create())
        engine = connect._engine
        id_, secret = split(made.url, "alink")
        row = engine.store.answer(One(AccountLink, 0, engine.world.id, id_))
        assert secret not in repr(row)
        assert made.url not in repr(made)
        assert secret not in repr(made)


@pytest.mark.parametrize(
    ("given", "param", "code"),
    [
        ({"type": None}, "type", "parameter_missing"),
        ({"account": None}, "account", "parameter_missing"),
        ({"account": 7}, "account", "parameter_invalid"),
        ({"type": "custom_account_update"}, "type", "parameter_invalid"),
        ({"refresh_url": None}, "refresh_url", "parameter_missing"),
        ({"return_url": None}, "return_url", "parameter_missing"),
        ({"return_url": ""}, "return_url", "parameter_invalid_empty"),
        ({"return_url": 7}, "return_url", "parameter_invalid"),
        ({"return_url": "nowhere"}, "return_url", "url_invalid"),
        ({"refresh_url": "https://a/" + "a" * 5_000}, "refresh_url", "parameter_invalid"),
        ({"collect": "past_due"}, "collect", "parameter_invalid"),
        (
            {"collect": "currently_due", "collection_options": {}},
            "collect",
            "parameters_exclusive",
        ),
        (
            {"collection_options": {"fields": "x"}},
            "collection_options[fields]",
            "parameter_invalid",
        ),
        (
            {"collection_options": {"future_requirements": True}},
            "collection_options[future_requirements]",
            "parameter_invalid",
        ),
        ({"type": "account_update"}, "type", "parameter_invalid"),
        ({"colour": "red"}, "colour", "parameter_unknown"),
    ],
)
def test_a_wrong_link_is_refused(given, param, code) -> None:
    with Connect() as connect:
        ada = connect.accounts.create()
        words = {"account": ada, "type": "account_onboarding", **URLS, **given}
        with pytest.raises(InvalidRequestError) as caught:
            connect.account_links.create(**words)
        error = caught.value
        assert (error.param, error.code, error.http_status) == (param, code, 400)
        assert error.hint


def test_who_is_no_connected_account_has_no_links(connect) -> None:
    gone = connect.testing.account()
    connect.accounts.delete(gone.id)
    makers = (
        lambda id_: link(connect, id_),
        lambda id_: connect.account_sessions.create(
            account=id_, components={"payouts": {"enabled": True}}
        ),
        connect.login_links.create,
    )
    for id_ in ("acct_none", gone.id, connect.accounts.retrieve().id):
        for make in makers:
            with pytest.raises(PermissionError, match="does not have access") as caught:
                make(id_)
            assert (caught.value.code, caught.value.http_status) == ("account_invalid", 403)


def test_an_account_whose_data_the_platform_collects_can_update_it(connect) -> None:
    ada = connect.accounts.create(controller=CUSTOM)
    assert connect.account_links.open(link(connect, ada, "account_update").url).is_open


def test_a_link_of_a_deleted_account_opens_nothing(connect) -> None:
    ada = connect.accounts.create()
    made = link(connect, ada)
    connect.accounts.delete(ada.id)
    with pytest.raises(PermissionError):
        connect.account_links.open(made.url)


def test_what_is_no_token_opens_nothing(connect) -> None:
    made = link(connect, connect.accounts.create())
    wrong = made.url[:-1] + ("1" if made.url[-1] == "0" else "0")
    for given in (wrong, made.url[:-1], "x", "https://connect.localhost/setup/", "acct_x"):
        for name, verb, param in (
            ("account link", connect.account_links.open, "token"),
            ("account session", connect.account_sessions.open, "client_secret"),
            ("login link", connect.login_links.open, "token"),
        ):
            with pytest.raises(InvalidRequestError, match=f"No such {name}: '…'") as caught:
                verb(given)
            assert (caught.value.code, caught.value.param) == ("resource_missing", param)
    for given in ("", None, 7, b"x"):
        with pytest.raises(InvalidRequestError):
            connect.account_links.open(given)


# sessions


def test_a_session_says_what_a_page_may_show(connect) -> None:
    ada = connect.accounts.create(controller=EXPRESS)
    made = connect.account_sessions.create(
        account=ada.id,
        components={
            "account_onboarding": {"enabled": True},
            "payments": {"enabled": True, "features": {"refund_management": False}},
            "payouts": {"enabled": False},
        },
    )
    assert (made.object, made.account, made.livemode) == ("account_session", ada.id, False)
    assert made.components.payments.features.capture_payments is True
    assert made.components.balances.enabled is False
    opened = connect.account_sessions.open(made.client_secret)
    assert (opened.account, opened.expires_at) == (ada.id, made.expires_at)
    assert opened.may("payments", "capture_payments")
    assert not opened.may("payments", "refund_management")
    assert opened.may("account_onboarding")
    assert not opened.may("payouts")
    with pytest.raises(InvalidRequestError, match="has been opened") as caught:
        connect.account_sessions.open(made.client_secret)
    assert (caught.value.code, caught.value.param) == (None, "client_secret")


def test_a_session_ends_by_the_clock(connect) -> None:
    ada = connect.accounts.create()
    words = {"account": ada.id, "components": {"documents": {"enabled": True}}}
    made = connect.account_sessions.create(**words, idempotency_key="k")
    again = connect.account_sessions.create(**words, idempotency_key="k")
    assert again.expires_at == made.expires_at
    connect.clock.advance(seconds=LASTS["account_session"] // 1_000_000)
    for each in (made, again):
        with pytest.raises(InvalidRequestError, match="has expired"):
            connect.account_sessions.open(each.client_secret)


@pytest.mark.parametrize(
    ("components", "param", "code"),
    [
        (None, "components", "parameter_missing"),
        ({}, "components", "parameter_invalid"),
        ([], "components", "parameter_invalid"),
        ({"payouts": True}, "components[payouts]", "parameter_invalid"),
        ({"payouts": {}}, "components[payouts][enabled]", "parameter_missing"),
        ({"payouts": {"enabled": 1}}, "components[payouts][enabled]", "parameter_invalid"),
        ({"payouts": {"enabled": False}}, "components", "parameter_invalid"),
        ({"castles": {"enabled": True}}, "components[castles]", "parameter_unknown"),
        (
            {"payouts": {"enabled": True, "x": 1}},
            "components[payouts][x]",
            "parameter_unknown",
        ),
        (
            {"payouts": {"enabled": True, "features": {"fly": True}}},
            "components[payouts][features][fly]",
            "parameter_unknown",
        ),
        (
            {"documents": {"enabled": True, "features": {"fly": True}}},
            "components[documents][features][fly]",
            "parameter_unknown",
        ),
        (
            {"payouts": {"enabled": True, "features": {"instant_payouts": "yes"}}},
            "components[payouts][features][instant_payouts]",
            "parameter_invalid",
        ),
        (
            {
                "payouts": {
                    "enabled": True,
                    "features": {"disable_stripe_user_authentication": True},
                }
            },
            "components[payouts][features][disable_stripe_user_authentication]",
            "parameter_invalid",
        ),
    ],
)
def test_a_wrong_session_is_refused(components, param, code) -> None:
    with Connect() as connect:
        ada = connect.accounts.create()
        with pytest.raises(InvalidRequestError) as caught:
            connect.account_sessions.create(account=ada, components=components)
        error = caught.value
        assert (error.param, error.code, error.http_status) == (param, code, 400)


# login links


def test_a_login_link_opens_once(connect) -> None:
    ada = connect.testing.account(controller=EXPRESS)
    made = connect.login_links.create(ada)
    assert list(made.to_dict()) == ["object", "created", "url"]
    assert connect.login_links.open(made.url).account == ada.id
    with pytest.raises(InvalidRequestError, match="has been opened"):
        connect.login_links.open(made.url)
    late = connect.login_links.create(ada.id)
    connect.clock.advance(seconds=LASTS["login_link"] // 1_000_000)
    with pytest.raises(InvalidRequestError, match="has expired"):
        connect.login_links.open(late.url)


def test_who_has_no_express_dashboard_has_no_login_link(connect) -> None:
    for account, words in (
        (connect.testing.account(), "not an Express account"),
        (connect.testing.account(controller=CUSTOM), "not an Express account"),
        (connect.accounts.create(controller=EXPRESS), "not completed onboarding"),
    ):
        with pytest.raises(InvalidRequestError, match=words) as caught:
            connect.login_links.create(account)
        error = caught.value
        assert (error.code, error.param, error.http_status) == (None, "account", 400)
