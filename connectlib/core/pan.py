"""Card numbers in texts: found by network, length and check digit, whatever is between the digits.

A number of a card belongs to the processor alone, as `Numbers`; everywhere else it is refused.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

#: (first digits from, to, lengths): ISO/IEC 7812-1 and what the networks publish of their ranges.
#: Discover, UnionPay, JCB and Diners: discoverglobalnetwork.com; Maestro has no one range.
NETWORKS: tuple[tuple[str, str, frozenset[int]], ...] = (
    ("4", "4", frozenset({13, 16, 19})),  # Visa
    ("51", "55", frozenset({16})),  # Mastercard
    ("2221", "2720", frozenset({16})),  # Mastercard
    ("34", "34", frozenset({15})),  # American Express
    ("37", "37", frozenset({15})),  # American Express
    ("300", "305", frozenset({14, 16, 19})),  # Diners Club
    ("3095", "3095", frozenset({14, 16, 19})),  # Diners Club
    ("36", "36", frozenset({14, 16, 19})),  # Diners Club
    ("38", "39", frozenset({14, 16, 19})),  # Diners Club
    ("3528", "3589", frozenset({16, 17, 18, 19})),  # JCB
    ("60", "60", frozenset({16, 17, 18, 19})),  # Discover, RuPay, Hipercard
    ("62", "62", frozenset({16, 17, 18, 19})),  # UnionPay, Discover
    ("64", "65", frozenset({16, 17, 18, 19})),  # Discover, RuPay, Elo, Troy, Verve
    ("81", "82", frozenset({16, 17, 18, 19})),  # UnionPay, RuPay
    ("2200", "2204", frozenset({16, 17, 18, 19})),  # Mir
    ("9792", "9792", frozenset({16})),  # Troy
    ("50", "50", frozenset(range(13, 20))),  # Maestro, RuPay, Verve, Elo
    ("56", "58", frozenset(range(13, 20))),  # Maestro
    ("61", "61", frozenset(range(13, 20))),  # Maestro
    ("63", "63", frozenset(range(13, 20))),  # Maestro
    ("66", "69", frozenset(range(13, 20))),  # Maestro
)
SHORTEST, LONGEST = 13, 19
#: How many letters before a number are looked at: no word is longer.
_WORD = 40
#: Between two digits: spaces of any kind, hyphens and dashes, dots, slashes, and what is not seen.
_BETWEEN = r"[\s.\-/\u00ad\u2010-\u2015\u2212\u200b-\u200f\u2060\ufeff]{0,2}"
#: Whether it is worth looking: so many digits near to each other.
_ENOUGH = re.compile(rf"\d(?:{_BETWEEN}\d){{{SHORTEST - 1}}}")
_GROUP = re.compile(rf"(\d+)({_BETWEEN}(?=\d))?")
#: Letters beside digits: a word such as "card4242…" hides nothing. Digits inside of a longer id,
#: such as a digest, which has other digits or a prefix with an underscore, are no number.
_WORD_BEFORE = re.compile(r"(?<!\w)[^\W\d_]*\Z")
_WORD_AFTER = re.compile(r"[^\W\d_]*(?!\w)")


def _by_head() -> dict[str, list[tuple[str, str, frozenset[int]]]]:
    """The networks by the first two digits; ranges as four."""
    found: dict[str, list[tuple[str, str, frozenset[int]]]] = {}
    for low, high, lengths in NETWORKS:
        first, last = low.ljust(4, "0"), high.ljust(4, "9")
        for head in range(int(first[:2]), int(last[:2]) + 1):
            found.setdefault(f"{head:02}", []).append((first, last, lengths))
    return found


_BY_HEAD = _by_head()


def luhn(digits: str) -> bool:
    """The check digit of a card number (ISO/IEC 7812-1, annex B)."""
    total = 0
    for place, letter in enumerate(reversed(digits)):
        digit = int(letter) * (1 + place % 2)
        total += digit - 9 if digit > 9 else digit
    return total % 10 == 0


def is_number(digits: str) -> bool:
    """Whether digits are the number of a card: of a network, as long as its are, and no typo."""
    plain = digits if digits.isascii() else "".join(str(int(letter)) for letter in digits)
    size, head = len(plain), plain[:4]
    return any(
        size in lengths and low <= head <= high
        for low, high, lengths in _BY_HEAD.get(plain[:2], ())
    ) and luhn(plain)


def spans(text: str) -> list[tuple[int, int]]:
    """Where card numbers are in a text: (start, end), in order, none inside another."""
    return list(_found(text)) if _ENOUGH.search(text) else []


def has_number(text: str) -> bool:
    """Whether a card number is in a text."""
    return bool(_ENOUGH.search(text)) and next(_found(text), None) is not None


def _found(text: str) -> Iterator[tuple[int, int]]:
    groups = [(*each.span(1), each[2] is not None) for each in _GROUP.finditer(text)]
    first = 0
    while first < len(groups):
        start = groups[first][0]
        last = None
        if groups[first][1] - start <= LONGEST and _opens(text, start):
            last = _ends(text, groups, first)
        if last is None:
            first += 1
        else:
            yield start, groups[last][1]
            first = last + 1


def _opens(text: str, start: int) -> bool:
    """Whether what stands directly before a place is nothing, or a word."""
    if not start or not (text[start - 1].isalnum() or text[start - 1] == "_"):
        return True
    return _WORD_BEFORE.search(text, max(0, start - _WORD), start) is not None


def _is_none(digits: str) -> bool:
    """Whether no network begins so."""
    return digits.isascii() and digits[:2] not in _BY_HEAD


def _ends(text: str, groups: list[tuple[int, int, bool]], first: int) -> int | None:
    """The last of the groups of digits that make a card number from `first` on; the most."""
    digits, best = "", None
    for last in range(first, len(groups)):
        start, end, goes_on = groups[last]
        digits += text[start:end]
        if len(digits) > LONGEST or (len(digits) > 1 and _is_none(digits)):
            break
        if len(digits) >= SHORTEST and is_number(digits) and _WORD_AFTER.match(text, end):
            best = last
        if not goes_on:
            break
    return best


def struck(text: str) -> str:
    """A text with every card number in it struck out; the text itself where there is none."""
    for start, end in reversed(spans(text)):
        text = f"{text[:start]}…{text[end:]}"
    return text
