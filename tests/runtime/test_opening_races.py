"""Several open the same thing at the same moment: exactly one does."""

from __future__ import annotations

import pytest

from connectlib import Connect, ConnectError, VirtualClock
from tests.runtime.test_races import together, url  # noqa: F401

EXPRESS = {
    "fees": {"payer": "application"},
    "losses": {"payments": "application"},
    "stripe_dashboard": {"type": "express"},
}


def _link(connect, account):
    there = "https://example.com/"
    made = connect.account_links.create(
        account=account, type="account_onboarding", refresh_url=there, return_url=there
    )
    return lambda of: of.account_links.open(made.url)


def _session(connect, account):
    made = connect.account_sessions.create(
        account=account, components={"payouts": {"enabled": True}}
    )
    return lambda of: of.account_sessions.open(made.client_secret)


def _login(connect, account):
    made = connect.login_links.create(account)
    return lambda of: of.login_links.open(made.url)


@pytest.mark.parametrize("make", [_link, _session, _login])
def test_of_many_who_open_at_once_one_does(url, make) -> None:  # noqa: F811
    with Connect(url, clock=VirtualClock()) as one:
        account = one.testing.account(controller=EXPRESS)
        other = Connect(url, clock=VirtualClock()) if url else one
        open_ = make(one, account)
        found = together(lambda i: open_((one, other)[i % 2]))
        opened = [
            each
            for each in found
            if not isinstance(each, ConnectError) and getattr(each, "is_open", True)
        ]
        assert len(opened) == 1
        assert {each.account for each in opened} == {account.id}
        busy = {each.code for each in found if isinstance(each, ConnectError)}
        assert busy <= {None, "lock_timeout"}
        if other is not one:
            other.close()


def test_of_many_who_bring_a_code_one_gets_tokens_and_loses_them(url) -> None:  # noqa: F811
    with Connect(url, clock=VirtualClock()) as one:
        other = Connect(url, clock=VirtualClock()) if url else one
        made = one.oauth.authorize(one.oauth.authorize_url(), allow=True)
        words = {"grant_type": "authorization_code", "code": made.code}
        found = together(lambda i: (one, other)[i % 2].oauth.token(**words))
        (tokens,) = [each for each in found if not isinstance(each, ConnectError)]
        assert {each.code for each in found if each is not tokens} <= {
            "invalid_grant",
            "lock_timeout",
        }
        assert one.oauth.bearer(tokens.access_token) is None
        if other is not one:
            other.close()


def test_no_token_outlives_the_end_of_a_connection(url) -> None:  # noqa: F811
    with Connect(url, clock=VirtualClock()) as one:
        ask = one.oauth.authorize_url()
        id_ = one.oauth.authorize(ask, allow=True).account

        def either(i: int) -> object:
            if i % 4:
                return one.oauth.authorize(ask, allow=True, account=id_)
            return one.oauth.deauthorize(client_id=one.oauth.client_id, stripe_user_id=id_)

        together(either)
        codes = [one.oauth.authorize(ask, allow=True, account=id_).code for _ in range(3)]
        tokens = [one.oauth.token(grant_type="authorization_code", code=code) for code in codes]
        assert all(one.oauth.bearer(each.access_token) for each in tokens)
        one.oauth.deauthorize(client_id=one.oauth.client_id, stripe_user_id=id_)
        one.oauth.authorize(ask, allow=True, account=id_)
        assert not any(one.oauth.bearer(each.access_token) for each in tokens)
