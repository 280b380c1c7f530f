"""What looks like a card number is struck out of whatever is told."""

from __future__ import annotations

import pytest

from connectlib import ConnectError
from connectlib.wire.params.base import without_numbers

NUMBER = "4242424242424242"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("", ""),
        ("no number", "no number"),
        (f"card {NUMBER}!", "card …!"),
        ("4242 4242 4242 4242 and 5555-5555-5555-4444", "… and …"),
        ("4242424242424241", "4242424242424241"),
        ("ch_4242424242424242", "ch_4242424242424242"),
        ("1234567890123", "1234567890123"),
    ],
)
def test_card_numbers_are_struck_out_and_nothing_else(text, left) -> None:
    assert without_numbers(text) == left


@pytest.mark.parametrize(
    "words",
    [
        {"amount": NUMBER},
        {"amount": f"{'x' * 90}{NUMBER}"},
        {"amount": "x" * 380 + " " + NUMBER},
        {"source": int(NUMBER)},
        {"source": [NUMBER]},
        {"transfer_data": NUMBER},
        {"metadata": [NUMBER]},
        {NUMBER: "x"},
    ],
    ids=repr,
)
def test_no_error_repeats_a_card_number(connect, words) -> None:
    good = {"amount": 1_000, "currency": "usd", "source": "tok_visa"}
    with pytest.raises(ConnectError) as caught:
        connect.charges.create(**{**good, **words})
    error: BaseException | None = caught.value
    while error is not None:
        assert NUMBER[:12] not in f"{error} {error!r}"
        error = error.__cause__ or error.__context__
