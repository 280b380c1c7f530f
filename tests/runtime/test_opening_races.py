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
