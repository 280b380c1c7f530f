"""Card numbers in texts: found by network, length and check digit, whatever is between the digits.

A number of a card belongs to the processor alone, as `Numbers`; everywhere else it is refused.
"""

from __future__ import annotations

import re

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
#: Between two digits: spaces of any kind, hyphens and dashes, dots, slashes, and what is not seen.
_BETWEEN = r"[\s.\-/\u00ad\u2010-\u2015\u2212\u200b-\u200f\u2060\ufeff]{0,2}"
#: Digits that stand alone, or with a word around them ("card4242…"): those inside of a longer id,
#: such as a digest, which has other digits or a prefix with an underscore, are none.
_CHAIN = re.compile(rf"(?<!\w)[^\W\d_]*(\d(?:{_BETWEEN}\d){{{SHORTEST - 1},}})[^\W\d_]*(?!\w)")
_GROUP = re.compile(r"\d+")


def luhn(digits: str) -> bool:
    """The check digit of a card number (ISO/IEC 7812-1, annex B)."""
    total = 0
    for place, letter in enumerate(reversed(digits)):
        digit = int(letter) * (1 + place % 2)
        total += digit - 9 if digit > 9 else digit
    return total % 10 == 0


def is_number(digits: str) -> bool:
    """Whether digits are the number of a card: of a network, as long as its are, and no typo."""
    plain = "".join(str(int(letter)) for letter in digits)
    return luhn(plain) and any(
        low <= plain[: len(low)] <= high and len(plain) in lengths
        for low, high, lengths in NETWORKS
    )


def spans(text: str) -> list[tuple[int, int]]:
    """Where card numbers are in a text: (start, end), in order, none inside another."""
    found: list[tuple[int, int]] = []
    for chain in _CHAIN.finditer(text):
        at = chain.start(1)
        groups = [(at + g.start(), at + g.end()) for g in _GROUP.finditer(chain[1])]
        first = 0
        while first < len(groups):
            last = _ends(text, groups, first)
            if last is None:
                first += 1
            else:
                found.append((groups[first][0], groups[last][1]))
                first = last + 1
    return found


def _ends(text: str, groups: list[tuple[int, int]], first: int) -> int | None:
    """The last of the groups of digits that make a card number from `first` on; the most."""
    digits, best = "", None
    for last in range(first, len(groups)):
        digits += text[slice(*groups[last])]
        if len(digits) > LONGEST:
            break
        if len(digits) >= SHORTEST and is_number(digits):
            best = last
    return best


def struck(text: str) -> str:
    """A text with every card number in it struck out; the text itself where there is none."""
    for start, end in reversed(spans(text)):
        text = f"{text[:start]}…{text[end:]}"
    return text
