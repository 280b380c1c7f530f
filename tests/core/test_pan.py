"""Card numbers are found by network, length and check digit, and nothing else is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectlib.core.pan import LONGEST, NETWORKS, is_number, luhn, spans, struck

#: The published test numbers of every network (docs.stripe.com/testing, and the networks').
KNOWN = [
    "4242424242424242", "4222222222222", "4000000000000000006", "5555555555554444",
    "2223003122003222", "5105105105105100", "378282246310005", "371449635398431",
    "6011111111111117", "6011000990139424", "30569309025904", "36227206271667",
    "3566002020360505", "6200000000000005", "6205500000000000004", "2200000000000004",
    "6759649826438453", "5018000000000009",
]  # fmt: skip


@pytest.mark.parametrize("number", KNOWN)
@pytest.mark.parametrize("between", ["", " ", "-", ".", "\u00a0", " - "[:2], "\u2011", "\u200b"])
def test_a_number_is_found_whatever_is_between_its_digits(number, between) -> None:
    written = between.join(number[at : at + 4] for at in range(0, len(number), 4))
    for text in (written, f"card {written}, thanks", f"({written})", f"PAN:{written}"):
        assert struck(text) == text.replace(written, "…")


@pytest.mark.parametrize(
    "text",
    [
        "4242 4242 4242 4242 12/26 123",
        "12/26 4242424242424242",
        "card4242424242424242",
        "４２４２４２４２４２４２４２４２",
        "٤٢٤٢٤٢٤٢٤٢٤٢٤٢٤٢",
        "x=4242424242424242;y",
        "4242424242424242@example.com",
    ],
)
def test_a_number_is_found_where_people_hide_it(text) -> None:
    assert len(spans(text)) == 1
    assert not spans(struck(text))


@pytest.mark.parametrize(
    "text",
    [
        "4242424242424241",
        "ch_4242424242424242",
        "42424242424242424242424242",
        "1726000000000000",
        "424242424242",
        "1 2026-11-28 07:06:53",
        "0a4242424242424242",
        "order 1000-2000-3000",
        "DE89 3704 0044 0532 0130 00",
        "",
    ],
)
def test_what_is_no_number_is_left_alone(text) -> None:
    assert spans(text) == []
    assert struck(text) is text


@given(st.sampled_from(NETWORKS), st.data())
def test_every_network_and_length_is_known_and_one_wrong_digit_is_not(network, data) -> None:
    low, high, lengths = network
    length = data.draw(st.sampled_from(sorted(lengths)))
    head = str(data.draw(st.integers(int(low), int(high))))
    size = length - len(head) - 1
    body = head + data.draw(st.text("0123456789", min_size=size, max_size=size))
    number = next(body + last for last in "0123456789" if luhn(body + last))
    assert is_number(number)
    assert spans(f"pay {number} now") == [(4, 4 + length)]
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
    assert not is_number(wrong)


@given(st.text("0123456789 -a_", max_size=60))
def test_what_is_struck_has_no_number_left(text) -> None:
    left = struck(text)
    assert not [one for one in spans(left) if one[1] - one[0] <= LONGEST]
