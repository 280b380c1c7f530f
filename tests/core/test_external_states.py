"""External accounts: every state and move, formats, and the defaults after any history."""

from __future__ import annotations

import itertools
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectlib.core import bank_tests, external_accounts
from connectlib.core.bank_formats import FORMATS, clabe_ok, iban_ok, plain, refuse_numbers
from connectlib.core.banks import UNUSABLE, bank_id, defaults_of, is_unusable, placed
from connectlib.core.book import Done
from connectlib.core.drafts import encode
from connectlib.core.external_changes import MACHINE, moved, told
from connectlib.core.external_commands import External, Sealing, UpdateExternal
from connectlib.core.refusals import Refused
from connectlib.core.requirement_rules import RULES
from connectlib.core.rows import Account, ExternalAccount
from tests.core.states import AT, book

ACCOUNT = Account(0, "acct_A", 1, "acct_P", 1, AT, "US", "usd")
ROW = ExternalAccount(0, "ba_A", 1, "acct_A", 1, AT, "bank_account", "US", "usd", "6789")


@pytest.mark.parametrize(
    ("state", "move"), list(itertools.product(sorted(MACHINE.states), sorted(MACHINE.moves)))
)
def test_a_move_that_is_not_in_the_table_changes_nothing(state, move) -> None:
    row = ROW._replace(status=state)
    after = moved(row, move)
    to = MACHINE.next(state, move)
    assert after == row if to is None else after.status == to
    assert after.usable in {"new", "validated", "verified"}
    assert is_unusable(encode(told(after))) is (after.status in UNUSABLE)


@pytest.mark.parametrize("state", ["new", "validated", "verified"])
def test_what_is_enabled_again_is_what_it_was(state) -> None:
    row = moved(ROW._replace(status=state, usable=state), "bounce")
    assert row.status == "errored"
    assert moved(row, f"enable_{row.usable}").status == state


#: country, number, routing, the parameter that is wrong.
NUMBERS = [
    ("US", "000123456789", "110000000", None),
    ("US", "000123456789", "110000001", "routing_number"),
    ("US", "000123456789", "000000000", "routing_number"),
    ("US", "123", "110000000", "account_number"),
    ("CA", "000123456789", "11000-000", None),
    ("CA", "000123456789", "1100", "routing_number"),
    ("GB", "00012345", "10-88-00", None),
    ("GB", "GB82 WEST 1234 5698 7654 32", None, None),
    ("GB", "GB83 WEST 1234 5698 7654 32", None, "account_number"),
    ("AU", "000123456", "110000", None),
    ("AU", "000123456", "11000", "routing_number"),
    ("IN", "000123456789", "HDFC0004051", None),
    ("IN", "000123456789", "HDFC1004051", "routing_number"),
    ("MX", "032180000118359719", None, None),
    ("MX", "032180000118359718", None, "account_number"),
    ("BR", "0001234", "110-0000", None),
    ("JP", "0001234", "1100000", None),
    ("SG", "000123456", "1100-000", None),
    ("NZ", "1100000000000010", None, None),
    ("HK", "000123-456", "110-000", None),
    ("DE", "DE89370400440532013000", None, None),
    ("DE", "DE88370400440532013000", None, "account_number"),
    ("DE", "FR1420041010050500013M02606", None, "account_number"),
    ("FR", "FR1420041010050500013M02606", None, None),
    ("CH", "CH9300762011623852957", None, None),
    ("KE", "0001234567", "12345", None),
]


@pytest.mark.parametrize(("country", "number", "routing", "wrong"), NUMBERS)
def test_numbers_have_the_format_of_their_country(country, number, routing, wrong) -> None:
    refused = refuse_numbers(country, plain(number), plain(routing) if routing else None)
    param = refused.param if refused is not None else None
    assert param == (None if wrong is None else f"external_account[{wrong}]")


@given(st.sampled_from(sorted(FORMATS)), st.text("0123456789AZ", max_size=40))
def test_no_number_breaks_a_check(country, number) -> None:
    refused = refuse_numbers(country, number, number)
    assert refused is None or refused.param in {
        "external_account[account_number]",
        "external_account[routing_number]",
    }


@given(st.integers(0, 17), st.integers(1, 9))
def test_one_wrong_digit_is_noticed(place, more) -> None:
    """Both schemes find every single wrong digit."""
    for good, check in (("032180000118359719", clabe_ok), ("DE89370400440532013000", iban_ok)):
        at = place + len(good) - 18
        digit = str((int(good[at]) + more) % 10) if good[at].isdigit() else good[at]
        assert check(good) and check(good[:at] + digit + good[at + 1 :]) is (digit == good[at])


def test_the_published_samples_are_known_and_nothing_else_is() -> None:
    assert bank_tests.bank("US", "000111111113", "110000000").outcome == "account_closed"
    assert bank_tests.bank("DE", "DE89370400440532013004", None).outcome == "debit_not_authorized"
    assert bank_tests.bank("US", "000888888883", "110000000").methods == "standard"
    assert bank_tests.bank("US", "000123456789", "110000000").methods == "standard instant"
    assert bank_tests.bank("GB", "00012345", "110000000") is None
    assert bank_tests.bank("FR", "DE89370400440532013000", None) is None
    assert len(bank_tests.CARDS) == len(bank_tests.BY_NUMBER) == 4 * 35 + 1


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["create", "default", "delete"]),
        st.sampled_from(["usd", "eur", "gbp"]),
        st.integers(0, 5),
        st.booleans(),
    ),
    max_size=12,
)


@given(STEPS)
def test_a_currency_has_at_most_one_default_and_the_account_knows_it(steps) -> None:
    """And one it has for good, unless that was deleted: then until another is added or made it."""
    of = book(ACCOUNT)
    deleted: set[str] = set()
    for what, currency, which, flag in steps:
        rows = _rows(of)
        if what == "create":
            given_ = External("bank_account", "US", currency, "6789", "1", is_default=flag)
            found = external_accounts.create(
                of, "acct_A", Sealing(given_, "1", None, "f"), None, rules=RULES
            )
            deleted.discard(currency)
        elif not rows:
            continue
        elif what == "default":
            row = rows[which % len(rows)]
            command = UpdateExternal("acct_A", row.id, is_default=True)
            found = external_accounts.update(of, command, None, row.version, None, rules=RULES)
            deleted.discard(row.currency)
        else:
            row = rows[which % len(rows)]
            found = external_accounts.delete(of, "acct_A", row.id, None, rules=RULES)
            must_stay = bool(row.is_default) and row.currency == "usd"
            assert isinstance(found, Refused) is must_stay
            if row.is_default and not must_stay:
                deleted.add(row.currency)
        if isinstance(found, Done):
            of.absorb(found.draft)
        _check(of, deleted)


def _rows(of) -> list[ExternalAccount]:
    found = [row for row in of.rows.values() if isinstance(row, ExternalAccount)]
    return [row for row in found if not row.deleted]


def _check(of, deleted) -> None:
    account = of.rows["acct_A"]
    marked = [(row.currency, row.id) for row in _rows(of) if row.is_default]
    known = {currency: bank_id(bank) for currency, bank in defaults_of(account).items()}
    assert sorted(marked) == sorted(known.items())
    assert {row.currency for row in _rows(of)} - deleted <= set(known)
    assert placed(defaults_of(account), "usd") == {"bank": account.bank, "banks": account.banks}
    for row in _rows(of):
        if row.is_default:
            assert json.loads(defaults_of(account)[row.currency]) == told(row)
