"""Links and sessions that open once: every state x every move, and who may have which."""

from __future__ import annotations

import itertools

import pytest

from connectlib.core import account_links, account_sessions, login_links, openings
from connectlib.core.account_sessions import COMPONENTS, NO_LOGIN
from connectlib.core.link_commands import (
    CreateAccountLink,
    CreateAccountSession,
    CreateLoginLink,
)
from connectlib.core.openings import MACHINE, Issued, Opened, Spent
from connectlib.core.refusals import Refused, Why
from connectlib.core.rows import Account
from tests.core.states import AT, WORLD, book

HERE = "https://example.com/"


def account(**changes) -> Account:
    row = Account(0, "acct_A", 1, "acct_P", 1, AT, "US", "usd", dashboard="express")
    return row._replace(**{"details_submitted": 1, **changes})


LINK = CreateAccountLink("acct_A", "account_onboarding", f"{HERE}again", f"{HERE}done")
SESSION = CreateAccountSession("acct_A", (("payouts", True, ()),))
LOGIN = CreateLoginLink("acct_A")
#: kind -> (its decision, a command of it)
KINDS = {
    "account_link": (account_links.create, LINK),
    "account_session": (account_sessions.create, SESSION),
    "login_link": (login_links.create, LOGIN),
}


def made(kind: str, **changes):
    """(a book with one of a kind in it, what was issued)"""
    of = book(account(**changes))
    create, command = KINDS[kind]
    found = create(of, command, None)
    assert not isinstance(found, Refused)
    of.absorb(found.draft)
    assert isinstance(found.value, Issued)
    return of, found.value


def in_state(kind: str, state: str):
    of, issued = made(kind)
    if state == "opened":
        of.rows[issued.row.id] = issued.row._replace(status="opened")
    elif state == "expired":
        of.at = issued.row.expires_at
    return of, issued


def open_(of, issued, secret=None):
    row = issued.row
    return openings.open_(
        of, type(row), row.id, secret or issued.secret, name="link", param="token"
    )


@pytest.mark.parametrize(("kind", "state"), list(itertools.product(KINDS, sorted(MACHINE.states))))
def test_it_opens_where_the_table_says_and_only_there(kind, state) -> None:
    of, issued = in_state(kind, state)
    before = of.rows[issued.row.id]
    assert openings.state(before, of.at) == state
    found = open_(of, issued)
    assert not isinstance(found, Refused)
    of.absorb(found.draft)
    after = MACHINE.next(state, "open")
    assert isinstance(found.value, Opened if after else Spent)
    assert openings.state(of.rows[issued.row.id], of.at) == (after or state)
    if after is None:
        assert found.value.reason == state
        assert of.rows[issued.row.id] == before


@pytest.mark.parametrize("kind", KINDS)
def test_it_lasts_until_its_moment_and_not_in_it(kind) -> None:
    of, issued = made(kind)
    until = of.at + openings.LASTS[kind]
    assert openings.state(issued.row, until - 1) == "unopened"
    assert openings.state(issued.row, until) == "expired"


@pytest.mark.parametrize(("kind", "state"), list(itertools.product(KINDS, sorted(MACHINE.states))))
def test_a_wrong_secret_says_the_same_in_every_state(kind, state) -> None:
    of, issued = in_state(kind, state)
    wrong = open_(of, issued, issued.secret[:-1] + ("1" if issued.secret[-1] == "0" else "0"))
    of.rows.clear()
    assert isinstance(wrong, Refused)
    assert wrong == open_(of, issued)


@pytest.mark.parametrize("kind", KINDS)
def test_no_secret_is_written(kind) -> None:
    of, issued = made(kind)
    written = [*of.changed.values(), *of.versions.values(), *of.events, *of.changed_keys.values()]
    assert written
    assert issued.secret not in repr(written)
    assert len(issued.secret) * 5 >= 128


@pytest.mark.parametrize("kind", KINDS)
def test_each_of_several_tokens_opens_and_then_none(kind) -> None:
    of, issued = made(kind)
    row = issued.row
    again = openings.one_more(of, type(row), row.id, row.account)
    assert not isinstance(again, Refused)
    of.absorb(again.draft)
    found = open_(of, issued)
    of.absorb(found.draft)
    assert isinstance(found.value, Opened)
    other = open_(of, again.value)
    assert isinstance(other.value, Spent)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("how", ["none", "platform", "deleted"])
def test_it_is_for_a_connected_account_that_is_there(kind, how) -> None:
    create, command = KINDS[kind]
    rows = {
        "none": [],
        "platform": [account(id="acct_P")],
        "deleted": [account(deleted=1)],
    }[how]
    if how == "platform":
        command = command._replace(connected="acct_P")
    found = create(book(*rows), command, None)
    assert isinstance(found, Refused)
    assert (found.why, found.param) == (Why.ACCOUNT_INVALID, "account")


@pytest.mark.parametrize("kind", KINDS)
def test_it_does_not_open_for_an_account_that_has_gone(kind) -> None:
    of, issued = made(kind)
    of.rows["acct_A"] = account(deleted=1)
    found = open_(of, issued)
    assert isinstance(found, Refused)
    assert found.why is Why.ACCOUNT_INVALID
    assert of.rows[issued.row.id].status == "unopened"


#: What is wrong with a command or an account -> (cause, param).
REFUSED = [
    (LINK._replace(type="account_update"), {}, Why.PARAMETER_INVALID, "type"),
    (LINK._replace(refresh_url="/again"), {}, Why.URL_INVALID, "refresh_url"),
    (LINK._replace(return_url="javascript:alert(1)"), {}, Why.URL_INVALID, "return_url"),
    (LOGIN, {"dashboard": "full"}, Why.LOGIN_LINK_NOT_ALLOWED, "account"),
    (LOGIN, {"dashboard": "none"}, Why.LOGIN_LINK_NOT_ALLOWED, "account"),
    (LOGIN, {"details_submitted": 0}, Why.LOGIN_LINK_NOT_ALLOWED, "account"),
    (SESSION._replace(components=()), {}, Why.PARAMETER_INVALID, "components"),
    (
        SESSION._replace(components=(("payouts", False, ()),)),
        {},
        Why.PARAMETER_INVALID,
        "components",
    ),
    (
        SESSION._replace(components=(("payouts", True, ((NO_LOGIN, True),)),)),
        {},
        Why.PARAMETER_INVALID,
        f"components[payouts][features][{NO_LOGIN}]",
    ),
]


@pytest.mark.parametrize(("command", "changes", "why", "param"), REFUSED)
def test_what_cannot_be_is_refused(command, changes, why, param) -> None:
    (create,) = [make for make, each in KINDS.values() if type(each) is type(command)]
    found = create(book(account(**changes)), command, None)
    assert isinstance(found, Refused)
    assert (found.why, found.param) == (why, param)


#: dashboard and who collects requirements: the three old types -> what each may have.
MAY = [
    ("full", "stripe", {"account_onboarding"}),
    ("express", "stripe", {"account_onboarding", "login"}),
    ("none", "application", {"account_onboarding", "account_update", "no login"}),
]


@pytest.mark.parametrize(("dashboard", "collects", "may"), MAY)
def test_each_type_of_account_has_its_own(dashboard, collects, may) -> None:
    commands = {
        **{name: LINK._replace(type=name) for name in account_links.TYPES},
        "login": LOGIN,
        "no login": SESSION._replace(components=(("payouts", True, ((NO_LOGIN, True),)),)),
    }
    of = book(account(dashboard=dashboard, requirement_collection=collects))
    creates = {type(command): create for create, command in KINDS.values()}
    found = {
        name
        for name, command in commands.items()
        if not isinstance(creates[type(command)](of, command, None), Refused)
    }
    assert found == may


ADDRESSES = """
https://example.com                 yes yes
https://example.com:8443/a?b=c&d#e  yes yes
HTTPS://EXAMPLE.COM/a%20b           yes yes
http://localhost:3000/again         yes no
http://127.0.0.1/                   yes no
https://[::1]/                      yes yes
ftp://example.com/                  no  no
javascript:alert(1)                 no  no
data:text/html,x                    no  no
//example.com/                      no  no
/again                              no  no
example.com                         no  no
https://                            no  no
https:///again                      no  no
https://me:secret@example.com/      no  no
https://example.com\\@evil.com/      no  no
https://example.com:port/           no  no
https://exämple.com/                no  no
https://[::1/                       no  no
"""


@pytest.mark.parametrize("line", ADDRESSES.strip().splitlines())
@pytest.mark.parametrize("livemode", [False, True])
def test_people_are_sent_to_the_web_and_in_live_mode_over_https(line, livemode) -> None:
    address, test, live = line.split()
    of = book(account())
    of.world = WORLD._replace(livemode=int(livemode))
    for name in ("refresh_url", "return_url"):
        found = account_links.create(of, LINK._replace(**{name: address}), None)
        assert isinstance(found, Refused) is ((live if livemode else test) == "no")
        if isinstance(found, Refused):
            assert (found.why.code, found.param) == ("url_invalid", name)
            in_test = test == "yes"
            assert ("HTTPS" in found.message) is (livemode and in_test)


def test_a_space_or_a_line_in_an_address_is_refused() -> None:
    for letter in (" ", "\n", "\t", "\x00", "<", '"'):
        found = account_links.create(
            book(account()), LINK._replace(return_url=f"{HERE}{letter}x"), None
        )
        assert isinstance(found, Refused)


@pytest.mark.parametrize("losses", ["stripe", "application"])
@pytest.mark.parametrize("name", COMPONENTS)
def test_a_component_has_all_its_features_as_said_or_by_itself(name, losses) -> None:
    features = COMPONENTS[name]
    said = tuple((each, False) for each in features[:1])
    command = SESSION._replace(components=((name, True, said),))
    shown = account_sessions._components(command, account(losses=losses))
    assert set(shown) == set(COMPONENTS)
    on = account_sessions.ON
    if losses == "stripe":
        on |= account_sessions.ON_WITHOUT_LOSSES
    expected = {each: each in on for each in features} | dict(said)
    assert shown[name] == {"enabled": True, "features": expected}
    others = [each for other, each in shown.items() if other != name]
    assert not any(each["enabled"] or any(each["features"].values()) for each in others)
