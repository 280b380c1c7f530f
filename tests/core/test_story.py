"""How a story is drawn: names of parties and legs, several currencies, well-formed pictures."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest

from connectlib.core.ledger import LedgerKey, Purpose
from connectlib.core.moments import DAY, datetime_of
from connectlib.core.postings import Fact
from connectlib.core.rows import LedgerTransaction, LedgerTransfer
from connectlib.core.story import (
    Chapter,
    Line,
    chapters,
    names_of,
    party_of,
    short_names,
    step_of,
    story_of,
)
from connectlib.core.story_svg import svg
from connectlib.core.story_text import mermaid, tree
from connectlib.core.story_titles import percent_text, rate_text

NOW, DAY_OF = 20_000 * DAY, 20_002 * DAY
US, ADA, BOB = "acct_platform", "acct_ada_0001", "acct_bob_0001"
NASTY = '<b>"it\'s" & #1;</b>\n]]>%%`x`|'


def key(owner: str, purpose: Purpose, currency: str = "usd", day: int = 0) -> LedgerKey:
    return LedgerKey(1, owner, purpose, currency, day)


def step(debit: LedgerKey, credit: LedgerKey, amount: int, what: str = "x", note: str = ""):
    row = LedgerTransfer(0, 16, 0, 1, 2, debit.currency, amount, 1, 1, 1, 1)
    fact = LedgerTransaction(0, 16, 1, 1, "ch_x", NOW)
    return step_of(row, fact, (debit, credit), platform=US, what=what, about="ch_x", note=note)


CLEARING = key("processor", Purpose.CLEARING)
PARTIES = [
    (CLEARING, "buyer"),
    (key("processor", Purpose.PROCESSING_FEES), "processor"),
    (key("processor", Purpose.REFUNDS_IN_TRANSIT), "in transit"),
    (key("bank", Purpose.BANK), "bank"),
    (key(US, Purpose.PENDING, day=DAY_OF), "platform"),
    (key(ADA, Purpose.AVAILABLE), ADA),
    (key(ADA, Purpose.IN_TRANSIT), "in transit"),
    (key("fx", Purpose.CLEARING), "fx"),
]


@pytest.mark.parametrize(("ledger_account", "party"), PARTIES)
def test_who_stands_behind_a_ledger_account(ledger_account, party) -> None:
    assert party_of(ledger_account, US) == party


MINE, HERS = key(US, Purpose.PENDING, day=DAY_OF), key(ADA, Purpose.PENDING, day=DAY_OF)
FEES = key("processor", Purpose.PROCESSING_FEES)
LEGS = [
    (Fact.CHARGE, [(CLEARING, MINE)], ["charge"]),
    (
        Fact.DESTINATION_CHARGE,
        [(CLEARING, MINE), (HERS, MINE), (MINE, FEES)],
        ["charge", "application fee", "processing fee"],
    ),
    (Fact.DESTINATION_CHARGE, [(MINE, HERS)], ["transfer"]),
    (Fact.REFUND, [(key(US, Purpose.AVAILABLE), PARTIES[2][0])], ["refund"]),
    # What fits no leg is called by the fact, and those after it are still found.
    (Fact.CHARGE, [(MINE, HERS), (MINE, FEES)], ["charge", "processing fee"]),
    (Fact.DIRECT_CHARGE, [(FEES, MINE), (HERS, MINE)], ["direct charge", "application fee"]),
]


@pytest.mark.parametrize(("fact", "sides", "names"), LEGS)
def test_legs_are_known_by_their_sides(fact, sides, names) -> None:
    assert names_of(int(fact), sides, US) == names


def conversion():
    """Euros of the buyer, dollars of ada, by way of an owner that no rule here knows."""
    euros = {"currency": "eur"}
    fx, fx_usd = key("fx", Purpose.CLEARING, **euros), key("fx", Purpose.CLEARING)
    spread = key("fx", Purpose.PROCESSING_FEES)
    mine = key(US, Purpose.PENDING, "eur", DAY_OF)
    steps = (
        step(key("processor", Purpose.CLEARING, **euros), mine, 9_000, "charge"),
        step(mine, fx, 9_000, "currency sold"),
        step(fx_usd, HERS, 9_700, "currency bought"),
        step(fx_usd, spread, 100, "spread", NASTY),
        step(HERS, MINE, 700, "application fee"),
    )
    inside = Chapter("re_x", f"$1.00 refund {NASTY}", datetime_of(NOW), (), steps[:1])
    lines = (Line("payment", 5_000, "usd", "py_x_0001", "of $90.00"),)
    return Chapter(
        "ch_x",
        f"90.00 EUR charge {NASTY}",
        datetime_of(NOW),
        (f"of {NASTY}",),
        steps,
        (inside, Chapter("", "it contains 1", datetime_of(NOW), lines=lines)),
        left_out=(f"more {NASTY}",),
    )


def story():
    return story_of("charge", conversion(), now=NOW, platform=US)


def test_several_currencies_are_one_story() -> None:
    found = story()
    assert found.parties == ["buyer", "platform", "fx", ADA, "processing fees"]
    assert [share[:3] for share in found.shares] == [
        (ADA, "usd", 9_000),
        ("platform", "eur", 9_000),
        ("platform", "usd", 700),
    ]
    assert found.ending == (
        f"of what is shown: {ADA} keeps $90.00 (available 6 Oct)",
        "you keep €90.00",
        "you keep $7.00",
    )
    assert [(each.from_, each.to, each.currency) for each in found.steps[1:4]] == [
        ("platform", "fx", "eur"),
        ("fx", ADA, "usd"),
        ("fx", "processing fees", "usd"),
    ]


def test_the_picture_is_well_formed_whatever_the_words_are() -> None:
    root = ET.fromstring(svg(story()))
    name = "{http://www.w3.org/2000/svg}"
    assert (root.get("role"), root[0].tag, root[1].tag) == ("img", f"{name}title", f"{name}desc")
    assert NASTY.replace("\n", " ") in (root[0].text or "").replace("\n", " ")
    said = ["".join(each.itertext()) for each in root.iter(f"{name}text")]
    for each in story().steps:
        assert any(each.what in text for text in said), each
    arrows = [
        each for each in root.iter(f"{name}g") if each.get("class") in {"paid", "fee", "back"}
    ]
    assert len(arrows) == len(story().steps)


def test_nothing_of_the_picture_lies_outside_it() -> None:
    root = ET.fromstring(svg(story()))
    width, height = int(root.get("width", 0)), int(root.get("height", 0))
    for each in root.iter():
        for name, edge in (("x", width), ("y", height), ("cx", width), ("cy", height)):
            assert 0 <= int(each.get(name, 0)) <= edge


def test_mermaid_has_every_step_on_a_line_of_its_own() -> None:
    lines = mermaid(story()).splitlines()
    edges = [line for line in lines if "-->" in line]
    assert len(edges) == len(story().steps)
    for number, (line, each) in enumerate(zip(edges, story().steps, strict=True), start=1):
        found = re.fullmatch(r'    p\d+ -->\|"(\d+): ([^"<>`]*)"\| p\d+', line)
        assert found
        assert int(found[1]) == number
        assert each.what in found[2]
    assert lines[0] == "flowchart LR"
    assert not [line for line in lines[1:3] if "#" in line or ";" in line]


def test_a_tree_has_every_step_once() -> None:
    lines = tree(story()).splitlines()
    assert sum(" → " in line for line in lines) == len(story().steps)
    assert [chapter.id for chapter in chapters(story().root)] == ["ch_x", "re_x", ""]


def test_names_are_as_long_as_it_takes_to_tell_them_apart() -> None:
    assert short_names(["buyer", ADA, BOB]) == {
        "buyer": "buyer",
        ADA: "acct_…a_0001",
        BOB: "acct_…b_0001",
    }


@pytest.mark.parametrize(
    ("ppm", "fixed", "currency", "text"),
    [
        (29_000, 30, "usd", "2.9% + $0.30"),
        (39_900, 39, "brl", "3.99% + R$0.39"),
        (0, 345, "brl", "R$3.45"),
        (10_000, 0, "eur", "1%"),
        (1, 0, "eur", "0.0001%"),
    ],
)
def test_a_price_in_words(ppm, fixed, currency, text) -> None:
    assert rate_text(ppm, fixed, currency) == text
    assert percent_text(125_000) == "12.5%"
