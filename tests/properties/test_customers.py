"""Random attachments, detachments and deletions: as a model of five lines says, on every store."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.properties.test_engine import Twins

CUSTOMERS, METHODS = 2, 3
MOVES = st.lists(
    st.one_of(
        st.tuples(st.just("attach"), st.integers(0, METHODS - 1), st.integers(0, CUSTOMERS - 1)),
        st.tuples(st.just("detach"), st.integers(0, METHODS - 1), st.just(0)),
        st.tuples(st.just("delete"), st.just(0), st.integers(0, CUSTOMERS - 1)),
        st.tuples(st.just("prefer"), st.integers(0, METHODS - 1), st.integers(0, CUSTOMERS - 1)),
    ),
    max_size=12,
)


class Model:
    """What must be: whose each method is (None: not yet, "spent": never again), who is left."""

    def __init__(self) -> None:
        self.held: list[object] = [None] * METHODS
        self.there = [True] * CUSTOMERS
        self.prefers: list[int | None] = [None] * CUSTOMERS

    def may(self, move: str, method: int, customer: int) -> bool:
        """Whether a move is allowed; it is made."""
        held, there = self.held[method], self.there[customer]
        if move == "attach" and there and held in (None, customer):
            self.held[method] = customer
            return True
        if move == "prefer" and there and held == customer:
            self.prefers[customer] = method
            return True
        if move == "detach" and isinstance(held, int):
            self.prefers = [None if each == method else each for each in self.prefers]
            self.held[method] = "spent"
            return True
        if move == "delete" and there:
            self.there[customer] = False
            self.held = ["spent" if each == customer else each for each in self.held]
            return True
        return False


@settings(max_examples=settings().max_examples // 3)
@given(MOVES)
def test_a_method_is_of_one_customer_and_never_comes_back(moves) -> None:
    twins, model = Twins(None, "sqlite://"), Model()
    customers = [twins.do(lambda c: c.customers.create())["id"] for _ in range(CUSTOMERS)]
    methods = [
        twins.do(lambda c: c.payment_methods.retrieve("pm_card_visa"))["id"] for _ in range(METHODS)
    ]
    for move, method, customer in moves:
        pm, cus = methods[method], customers[customer]
        calls = {
            "attach": lambda c, pm=pm, cus=cus: c.payment_methods.attach(pm, customer=cus),
            "detach": lambda c, pm=pm: c.payment_methods.detach(pm),
            "delete": lambda c, cus=cus: c.customers.delete(cus),
            "prefer": lambda c, pm=pm, cus=cus: c.customers.update(
                cus, invoice_settings={"default_payment_method": pm}
            ),
        }
        found = twins.do(calls[move])
        assert isinstance(found, dict) is model.may(move, method, customer)
        for place, id_ in enumerate(methods):
            owner = model.held[place]
            shown = twins.do(lambda c, id_=id_: c.payment_methods.retrieve(id_))
            assert shown["customer"] == (customers[owner] if isinstance(owner, int) else None)
        for place, id_ in enumerate(customers):
            shown = twins.do(lambda c, id_=id_: c.customers.retrieve(id_))
            assert shown.get("deleted", False) is not model.there[place]
            if model.there[place]:
                first = model.prefers[place]
                chosen = shown["invoice_settings"]["default_payment_method"]
                assert chosen == (None if first is None else methods[first])
    events = twins.do(
        lambda c: [json.dumps(e.to_dict()) for e in c.events.list(limit=100).auto_paging_iter()]
    )
    assert [json.loads(e)["sequence"] for e in events] == list(range(len(events), 0, -1))
    twins.close()
