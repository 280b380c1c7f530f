"""Ids: a prefix that tells the kind, the branch it belongs to, an instant, and chance.

`ch_` + 3 letters of branch + 10 of time + 16 of chance, all Crockford base 32, whose text
order is its number order: ids of one kind and branch sort by time, and any id routes itself.
This module makes none: the chance comes through `ports.ids`.
"""

from __future__ import annotations

from functools import lru_cache

#: Crockford's base 32: no I, L, O, U (https://www.crockford.com/base32.html).
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
BRANCH, TICK, RANDOM = 3, 10, 16
BODY = BRANCH + TICK + RANDOM
#: Microseconds are shifted by this much: a tick is 32 of them, and 50 bits last until 3100.
TICK_SHIFT = 5
_TICK_MAX = (1 << 5 * TICK) - 1

_LETTERS = bytes(ord(ALPHABET[byte & 31]) for byte in range(256))
_VALUES = {letter: value for value, letter in enumerate(ALPHABET)}


def _digits(value: int, n: int) -> str:
    return "".join(ALPHABET[value >> 5 * place & 31] for place in range(n - 1, -1, -1))


@lru_cache(maxsize=1024)
def branch_part(branch: int) -> str:
    """The three letters of a branch."""
    return _digits(branch, BRANCH)


@lru_cache(maxsize=4096)
def _tick_head(head: int) -> str:
    return _digits(head, TICK - 2)


_TAILS = [_digits(tail, 2) for tail in range(1024)]


def tick_part(tick: int) -> str:
    """The ten letters of an instant, in ticks of 32 microseconds."""
    return _tick_head(tick >> 10) + _TAILS[tick & 1023]


def tick_parts(first: int, n: int) -> list[str]:
    """The letters of n instants, each one tick after the one before."""
    parts: list[str] = []
    while len(parts) < n:
        at = first + len(parts)
        start = at & 1023
        tails = _TAILS[start : start + n - len(parts)]
        parts += map(_tick_head(at >> 10).__add__, tails)
    return parts


def random_parts(data: bytes, n: int) -> list[str]:
    """The random letters of n ids, out of 16 n random bytes."""
    text = data.translate(_LETTERS).decode("ascii")
    return [text[at : at + RANDOM] for at in range(0, n * RANDOM, RANDOM)]


@lru_cache(maxsize=1024)
def _branch_of(part: str) -> int | None:
    value = 0
    for letter in part:
        digit = _VALUES.get(letter)
        if digit is None:
            return None
        value = value << 5 | digit
    return value


def edge(prefix: str, branch: int, at: int) -> str:
    """A text at an instant in the order of ids: after those made before it, before the others.

    at: microseconds; what is outside of 1970 to 3100 is the nearer end of it.
    """
    tick = min(max(at, 0) >> TICK_SHIFT, _TICK_MAX)
    return f"{prefix}_{branch_part(branch)}{tick_part(tick)}"


def branch_of(id_: str) -> int | None:
    """The branch that an id belongs to; None where it has not the shape of one."""
    body = id_.partition("_")[2]
    return _branch_of(body[:BRANCH]) if len(body) == BODY else None
