"""Links, sessions and codes, stopped after every step: nothing of it, or all of it."""

from __future__ import annotations

import itertools

import pytest

from connectlib import Connect
from connectlib.core.account_sessions import COMPONENTS
from connectlib.core.book import Request
from connectlib.core.link_commands import (
    CreateAccountLink,
    CreateAccountSession,
    CreateLoginLink,
)
from connectlib.core.oauth_commands import Authorize
from connectlib.core.rows import Account, AccountLink, AccountSession, LoginLink, OauthGrant
from connectlib.core.secret_tokens import token
from connectlib.flows import account_links, account_sessions, login_links, oauth
from connectlib.ports.steps import Transact
from connectlib.ports.store import Page
from connectlib.runtime.run import perform, run
from tests.engines import engine, restart

THERE = "https://example.com/"
EXPRESS = {
    "fees": {"payer": "application"},
    "losses": {"payments": "application"},
    "stripe_dashboard": {"type": "express"},
}
MAKERS = {
    AccountLink: lambda ground, account, request: account_links.create(
        ground, CreateAccountLink(account, "account_onboarding", THERE, THERE), request
    ),
    AccountSession: lambda ground, account, request: account_sessions.create(
        ground, CreateAccountSession(account, ((next(iter(COMPONENTS)), True, ()),)), request
    ),
    LoginLink: lambda ground, account, request: login_links.create(
        ground, CreateLoginLink(account), request
    ),
    OauthGrant: lambda ground, _, request: oauth.authorize(
        ground, Authorize("read_write"), request
    ),
}


@pytest.fixture(params=["memory", "sqlite"])
def url(request, tmp_path):
    numbers = itertools.count()
    return lambda: None if request.param == "memory" else f"sqlite:///{tmp_path}/{next(numbers)}.db"


def stopped(of, flow, steps: int) -> tuple[bool, int]:
    """Run so many steps of a flow, then die: (whether it had ended, commits it has made)."""
    commits = 0
    try:
        step = next(flow)
        for _ in range(steps):
            commits += isinstance(step, Transact)
            step = flow.send(perform(of, step))
    except StopIteration:
        return True, commits
    flow.close()
    return False, commits


def rows(of, kind) -> list:
    return of.store.answer(Page(kind, 0, of.world.id, of.world.account, limit=100))


@pytest.mark.parametrize("kind", MAKERS, ids=lambda kind: kind.__name__)
def test_what_opens_is_made_once_however_often_it_is_asked_for(url, kind) -> None:
    for steps in itertools.count():
        of = engine(url(), cache=False)
        account = Connect.over(of).testing.account(controller=EXPRESS).id
        request = Request(of.world.account, "key", "print")
        before = len(rows(of, Account))
        ended, commits = stopped(of, MAKERS[kind](of.ground, account, request), steps)
        assert len(rows(of, kind)) == bool(commits)
        again = restart(of)
        found = run(again, MAKERS[kind](again.ground, account, request))
        (row,) = rows(again, kind)
        assert (row.id, row.version) == (found.row.id, 1 + bool(commits))
        assert len(rows(again, Account)) == before + (kind is OauthGrant)
        if ended:
            break


def test_a_disconnection_stopped_anywhere_is_whole_or_nothing(url) -> None:
    for steps in itertools.count():
        of = engine(url(), cache=False)
        connect = Connect.over(of)
        made = connect.oauth.authorize(connect.oauth.authorize_url(), allow=True)
        tokens = connect.oauth.token(grant_type="authorization_code", code=made.code)
        ended, commits = stopped(of, oauth.deauthorize(of.ground, made.account), steps)
        again = restart(of)
        assert bool(rows(again, Account)[0].deleted) == bool(commits)
        assert bool(Connect.over(again).oauth.bearer(tokens.access_token)) == (not commits)
        if not commits:
            assert run(again, oauth.deauthorize(again.ground, made.account)).deleted
        if ended:
            break


def test_tokens_that_were_lost_on_the_way_cannot_be_had_by_the_same_code(url) -> None:
    of = engine(url(), cache=False)
    made = run(of, oauth.authorize(of.ground, Authorize("read_only"), None))
    code = oauth.CODE + token(made.row.id, made.secret)
    assert stopped(of, oauth.exchange(of.ground, code), 1)[1] == 1
    again = restart(of)
    assert run(again, oauth.exchange(again.ground, code)).error == "invalid_grant"
    assert rows(again, OauthGrant)[0].status == "revoked"
