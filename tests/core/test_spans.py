"""Spans of time: as few as can be, and none of them twice."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from connectlib.core.spans import beyond, joined

spans = st.tuples(st.integers(0, 40), st.integers(0, 40))


def moments(found):
    return [at for since, until in found for at in range(since, until)]


@given(some=st.lists(spans, max_size=6))
def test_spans_are_joined_to_the_same_time_in_order_and_apart(some) -> None:
    found = joined(some)
    assert moments(found) == sorted(set(moments(some)))
    assert all(one[1] < other[0] for one, other in pairwise(found))


@given(some=st.lists(spans, max_size=6), gap=st.integers(0, 9), most=st.integers(1, 3))
def test_what_is_near_or_too_many_is_joined_too(some, gap, most) -> None:
    found = joined(some, gap=gap, most=most)
    assert set(moments(some)) <= set(moments(found))
    assert len(found) <= most
    near = joined(some, gap=gap)
    assert all(other[0] - one[1] > gap for one, other in pairwise(near))


@given(some=st.lists(spans, max_size=6), hole=spans.filter(lambda one: one[0] <= one[1]))
def test_what_lies_beyond_a_hole_is_all_but_what_is_in_it(some, hole) -> None:
    left = beyond(joined(some), hole)
    assert moments(left) == [at for at in moments(joined(some)) if not hole[0] <= at < hole[1]]
