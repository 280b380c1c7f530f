"""Ids sort by time, so an instant has a place in their order."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from connectlib.adapters.entropy import SeededIds
from connectlib.core.ids import branch_of, branch_part, edge

_TICK = 32
moments = st.integers(min_value=1_000, max_value=32_503_680_000_000_000)


@given(at=moments, later=st.integers(min_value=_TICK, max_value=10**12), branch=st.integers(0, 99))
def test_an_edge_parts_the_ids_made_before_an_instant_from_the_others(at, later, branch) -> None:
    ids = SeededIds(1)
    before, after = (f"ch_{branch_part(branch)}{ids.bodies(1, t)[0]}" for t in (at, at + later))
    assert edge("ch", branch, at) < before < edge("ch", branch, at + later) < after
    assert (branch_of(before), branch_of(after)) == (branch, branch)


def test_what_no_clock_shows_is_an_end_of_the_order() -> None:
    (id_,) = SeededIds(1).bodies(1, 0)
    assert edge("ch", 0, -(10**18)) == edge("ch", 0, 0) < f"ch_000{id_}"
    assert edge("ch", 0, 10**18) == "ch_000ZZZZZZZZZZ"
