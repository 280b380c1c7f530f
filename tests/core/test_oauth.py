"""Every state of a grant and of a connection x every move; what is kept of codes and tokens."""

from __future__ import annotations

import itertools
import json

import pytest

from connectlib.core import oauth
from connectlib.core.events import AGAIN, LAST
from connectlib.core.oauth import CONNECTION_MACHINE, MACHINE, Bearer, Denied, Tokens
from connectlib.core.oauth_commands import Authorize
from connectlib.core.openings import Issued
from connectlib.core.requirement_rules import RULES
from connectlib.core.rows import Account, OauthGrant
from connectlib.core.secret_tokens import first
from connectlib.wire.params import oauth as params
from tests.core.states import AT, WORLD, book

CODE, REFRESH = "c" * 32, "r" * 32
KEPT = {"issued": AT + 1, "expired": AT}


def account(**changes) -> Account:
    row = Account(0, "acct_A", 1, "acct_P", 1, AT, "US", "usd")
    return row._replace(**changes)


def grant(state: str, **changes) -> OauthGrant:
    status = "issued" if state == "expired" else state
    row = OauthGrant(
        0, "oag_1", 1, "acct_P", 1, AT, "acct_A", KEPT.get(state, AT), first("oag_1", CODE),
        status, "read_write",
    )  # fmt: skip
    if state == "granted":
        row = row._replace(
            access=json.dumps([[oauth.digest("oag_1", "a" * 32), "read_write"]]),
            refresh=first("oag_1", REFRESH),
        )
    return row._replace(**changes)


def exchange(of):
    return oauth.exchange(of, id_="oag_1", secret=CODE, code="ac_x")


def refresh(of, scope=None):
    return oauth.refresh(of, id_="oag_1", secret=REFRESH, scope=scope)


def deauthorize(of, version=1):
    return oauth.deauthorize(of, "acct_A", version=version, grants=["oag_1"])


MOVES = {"exchange": exchange, "reuse": exchange, "refresh": refresh, "revoke": deauthorize}
CASES = [
    (state, move)
    for state, move in itertools.product(sorted(MACHINE.states), MOVES)
    if (state, move) not in {("issued", "reuse"), ("granted", "exchange")}
]


@pytest.mark.parametrize(("state", "move"), CASES)
def test_a_move_is_made_where_the_table_says_and_only_there(state, move) -> None:
    of = book(account(), grant(state))
    assert oauth.state(of.rows["oag_1"], AT) == state
    found = MOVES[move](of)
    of.absorb(found.draft)
    after = MACHINE.next(state, move)
    if state == "expired" and move == "revoke":
        after = MACHINE.next("issued", "revoke")  # a code is written as it was given
    assert oauth.state(of.rows["oag_1"], AT) == (after or state)
    if move in ("exchange", "refresh"):
        assert isinstance(found.value, Tokens if after else Denied)
    if move == "reuse":
        assert isinstance(found.value, Denied)


def test_every_move_has_a_test_and_expire_is_the_clock() -> None:
    assert MACHINE.moves == {*MOVES, "expire"}
    row = grant("issued")
    assert oauth.state(row, row.expires_at - 1) == "issued"
    assert oauth.state(row, row.expires_at) == MACHINE.next("issued", "expire")


DENIED = {
    ("exchange", "expired"): "This authorization code has expired.",
    ("exchange", "revoked"): "has already been used",
    ("reuse", "granted"): "has already been used",
    ("refresh", "issued"): "Refresh token does not exist",
    ("refresh", "revoked"): "Refresh token does not exist",
}


@pytest.mark.parametrize(("move", "state"), DENIED)
def test_a_no_is_an_invalid_grant_and_says_why(move, state) -> None:
    found = MOVES[move](book(account(), grant(state))).value
    assert found.error == "invalid_grant"
    assert DENIED[move, state] in found.description


def test_a_code_that_comes_again_takes_the_tokens_with_it() -> None:
    of = book(account(), grant("issued"))
    made = exchange(of)
    of.absorb(made.draft)
    row = of.rows["oag_1"]
    assert oauth.bearer(row, account(), made.value.access) == Bearer("acct_A", "read_write")
    assert made.value.access not in repr(row)
    assert made.value.refresh not in repr(row)
    of.absorb(exchange(of).draft)
    row = of.rows["oag_1"]
    assert oauth.bearer(row, account(), made.value.access) is None
    assert isinstance(
        oauth.refresh(of, id_="oag_1", secret=made.value.refresh, scope=None).value, Denied
    )
    version = row.version
    of.absorb(exchange(of).draft)
    assert of.rows["oag_1"].version == version


NARROWED = [
    ("read_only", None, "read_only"),
    ("read_only", "read_only", "read_only"),
    ("read_only", "read_write", None),
    ("read_write", None, "read_write"),
    ("read_write", "read_only", "read_only"),
    ("read_write", "read_write", "read_write"),
]


@pytest.mark.parametrize(("granted", "asked", "scope"), NARROWED)
def test_a_token_has_at_most_the_scope_that_was_granted(granted, asked, scope) -> None:
    of = book(account(), grant("granted", scope=granted))
    found = refresh(of, asked)
    of.absorb(found.draft)
    if scope is None:
        assert found.value.error == "invalid_scope"
        return
    bearer = oauth.bearer(of.rows["oag_1"], account(), found.value.access)
    assert bearer == Bearer("acct_A", scope)


@pytest.mark.parametrize("deleted", [1, 2])
def test_nothing_is_granted_for_an_account_that_is_not_connected(deleted) -> None:
    gone = account(deleted=deleted)
    for state, move in itertools.product(("issued", "granted"), (exchange, refresh)):
        of = book(gone, grant(state))
        found = move(of)
        assert found.value.error == "invalid_grant"
        assert not found.draft.rows
    assert oauth.bearer(grant("granted"), gone, "a" * 32) is None


# connections

CONNECTION = {"connected": account(), "disconnected": account(deleted=2)}


def authorize(of):
    return oauth.authorize(of, Authorize("read_only", connected="acct_A"), None, rules=RULES)


CONNECTION_MOVES = {"authorize": authorize, "deauthorize": deauthorize}


@pytest.mark.parametrize(
    ("state", "move"),
    list(itertools.product(sorted(CONNECTION_MACHINE.states), CONNECTION_MOVES)),
)
def test_an_account_is_connected_and_disconnected_as_the_table_says(state, move) -> None:
    of = book(CONNECTION[state])
    assert oauth.connection(of.rows["acct_A"], "acct_P") == state
    found = CONNECTION_MOVES[move](of)
    of.absorb(found.draft)
    after = CONNECTION_MACHINE.next(state, move)
    assert isinstance(found.value, Denied) is (after is None)
    assert oauth.connection(of.rows["acct_A"], "acct_P") == (after or state)
    told = [event.type for event in of.events]
    assert told == ([{"authorize": AGAIN, "deauthorize": LAST}[move]] if after else [])


def test_every_move_of_a_connection_has_a_test() -> None:
    assert CONNECTION_MACHINE.moves == set(CONNECTION_MOVES)


def test_after_the_last_event_nothing_is_told_until_it_begins_anew() -> None:
    of = book(account())
    draft = oauth.Draft()
    for type_ in ("account.updated", LAST, "balance.available", "account.updated", AGAIN, LAST):
        draft.emit(type_, account(), account="acct_A")
    of.absorb(draft)
    told = [(event.type, event.seq) for event in of.events]
    assert told == [("account.updated", 1), (LAST, 2), (AGAIN, 3), (LAST, 4)]
    assert of.heads["acct_A"].seq == -4


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([], "no account acct_A"),
        ([account(deleted=1)], "no account acct_A"),
        ([account(account="acct_Q")], "no account acct_A"),
        ([account(dashboard="express")], "not a Standard account"),
        ([account(dashboard="none")], "not a Standard account"),
    ],
)
def test_who_cannot_be_connected_is_refused(rows, words) -> None:
    found = authorize(book(*rows)).value
    assert found.error == "invalid_request"
    assert words in found.description


@pytest.mark.parametrize(
    ("rows", "error"),
    [
        ([], "invalid_client"),
        ([account(deleted=1)], "invalid_client"),
        ([account(deleted=2)], "invalid_client"),
        ([account(account="acct_Q")], "invalid_client"),
        ([account(dashboard="express")], "invalid_request"),
    ],
)
def test_who_cannot_be_disconnected_is_refused(rows, error) -> None:
    found = deauthorize(book(*rows))
    assert found.value.error == error
    assert not found.draft.rows


def test_an_account_that_has_moved_on_is_looked_at_again() -> None:
    of = book(account(), grant("granted"))
    found = deauthorize(of, version=2)
    assert found.value is None
    assert not found.draft.rows


def test_the_platform_cannot_be_connected_to_itself() -> None:
    of = book(account(id="acct_P"))
    found = oauth.authorize(of, Authorize("read_only", connected="acct_P"), None, rules=RULES)
    assert found.value.error == "invalid_request"


def test_a_yes_makes_a_standard_account_and_a_code() -> None:
    of = book()
    command = Authorize("read_write", prefill=params.prefilled(FORM))
    found = oauth.authorize(of, command, None, rules=RULES)
    of.absorb(found.draft)
    assert isinstance(found.value, Issued)
    made = of.rows[found.value.row.connected]
    assert (made.dashboard, made.requirement_collection, made.losses, made.fees_payer) == (
        "full", "stripe", "stripe", "account",
    )  # fmt: skip
    assert (made.email, made.country, made.business_type) == ("a@b.c", "DE", "company")
    assert made.details == '{"business_profile":{"name":"Ada","url":"https://ada.example"}}'
    assert found.value.secret not in repr([*of.changed.values(), *of.versions.values()])


FORM = {
    "email": "a@b.c",
    "country": "de",
    "business_type": "llc",
    "business_name": "Ada",
    "url": "https://ada.example",
    "unheard": "of",
}
WRONG = {"email": "a", "country": "Atlantis", "business_type": "x", "url": "nowhere"}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_in_a_form_is_left_out(name) -> None:
    whole, found = params.prefilled(FORM), params.prefilled({**FORM, name: WRONG[name]})
    without = params.prefilled({key: value for key, value in FORM.items() if key != name})
    assert found == without != whole


def test_in_live_mode_browsers_go_back_over_https() -> None:
    redirects = ("http://localhost/cb", "https://a.example/cb")
    for livemode, wrong in ((0, None), (1, "HTTPS")):
        world = WORLD._replace(livemode=livemode)
        for uri in redirects:
            given = {"redirect_uri": uri}
            if wrong and uri.startswith("http:"):
                with pytest.raises(params.DeniedError, match=wrong):
                    params.address("https://x", given, world, redirects)
            else:
                params.address("https://x", given, world, redirects)
