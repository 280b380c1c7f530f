"""Bad persons: one typed error that names the parameter, and nothing written."""

from __future__ import annotations

import pytest

from tests.stories.onboarding import boss
from tests.wire.test_onboarding_input import CARD, INTEGER, INVALID, UNKNOWN, Place

SHARE, PERCENT = "relationship[percent_ownership]", "percent_ownership"
MANY = {str(n): "1" for n in range(51)}
WRONG = [
    ({"colour": 1}, "colour", UNKNOWN),
    ({CARD: 1}, "…", UNKNOWN),
    ({"dob": {"day": 31, "month": 4, "year": 1990}}, "dob", INVALID),
    ({"email": "x"}, "email", INVALID),
    ({"last_name": CARD}, "last_name", INVALID),
    ({"id_number": "1;2"}, "id_number", INVALID),
    ({"address": {"line2": CARD}}, "address[line2]", INVALID),
    ({"relationship": {"percent_ownership": 100.5}}, SHARE, INTEGER),
    ({"relationship": {"percent_ownership": -1}}, SHARE, INTEGER),
    ({"relationship": {"percent_ownership": "x"}}, SHARE, INVALID),
    ({"relationship": {"percent_ownership": True}}, SHARE, INVALID),
    ({"relationship": {"percent_ownership": float("nan")}}, SHARE, INTEGER),
    ({"relationship": {"percent_ownership": CARD}}, SHARE, INTEGER),
    ({"relationship": {"boss": True}}, "relationship[boss]", UNKNOWN),
    ({"relationship": {"owner": "yes"}}, "relationship[owner]", INVALID),
    ({"relationship": {"title": CARD}}, "relationship[title]", INVALID),
    ({"relationship": {"representative": True}}, "relationship[representative]", INVALID),
    ({"documents": {"passport": {"files": [CARD]}}}, "documents[passport][files][0]", INVALID),
    ({"documents": {"visa": {"files": "file_1"}}}, "documents[visa][files]", INVALID),
    (
        {"additional_tos_acceptances": {"account": {"user_agent": CARD}}},
        "additional_tos_acceptances[account][user_agent]",
        INVALID,
    ),
    ({"metadata": {"a": CARD}}, "metadata", INVALID),
    ({"metadata": MANY}, "metadata", INVALID),
    ({"idempotency_key": CARD}, "idempotency_key", INVALID),
]


@pytest.fixture(scope="module")
def place():
    found = Place()
    persons = found.connect.accounts.persons
    found.head = persons.create(found.firm.id, **boss("DE")).id
    found.other = persons.create(found.firm.id, first_name="Olga").id
    yield found
    assert found.connect.ledger.verify().ok
    found.connect.close()


@pytest.mark.parametrize(("words", "param", "code"), WRONG, ids=lambda each: repr(each)[:50])
def test_a_wrong_person_is_named_and_writes_nothing(place, words, param, code) -> None:
    persons, firm = place.connect.accounts.persons, place.firm.id
    place.refuses(lambda: persons.create(firm, **words), param, code)
    place.refuses(lambda: persons.update(firm, place.other, **words), param, code)


def test_who_is_not_there_is_a_typed_error(place) -> None:
    persons, firm, one = place.connect.accounts.persons, place.firm.id, place.one.id
    refuses, gone = place.refuses, "resource_missing"
    refuses(lambda: persons.create("acct_no", first_name="X"), "account", gone, 400)
    refuses(lambda: persons.create(one, first_name="X"), "account", INVALID)
    for call in (persons.retrieve, persons.update, persons.delete):
        refuses(lambda call=call: call(firm, "person_no"), "person", gone)
        refuses(lambda call=call: call(one, place.head), "person", gone)
        refuses(lambda call=call: call(firm, CARD), "person", INVALID)
    refuses(lambda: persons.delete(firm, place.head), "person", INVALID)
    refuses(lambda: persons.delete(one, place.one.individual.id), "person", INVALID)
    refuses(lambda: persons.retrieve("acct_no", place.head), "account", "account_invalid", 403)


def test_wrong_lists(place) -> None:
    list_, firm = place.connect.accounts.persons.list, place.firm.id
    refuses, owner = place.refuses, {"owner": True}
    refuses(lambda: list_("acct_no"), "account", "account_invalid", 403)
    refuses(lambda: list_("acct_no", relationship=owner), "account", "account_invalid", 403)
    refuses(lambda: list_(firm, relationship={"boss": True}), "relationship[boss]", UNKNOWN)
    refuses(lambda: list_(firm, relationship="owner"), "relationship", INVALID)
    for words in ({}, {"relationship": owner}):
        refuses(lambda words=words: list_(firm, limit=0, **words), "limit", INTEGER)
        refuses(lambda words=words: list_(firm, colour=1, **words), "colour", UNKNOWN)
    for cursor in ("starting_after", "ending_before"):
        refuses(
            lambda cursor=cursor: list_(firm, **{cursor: "person_no"}, relationship=owner),
            cursor,
            "resource_missing",
        )
