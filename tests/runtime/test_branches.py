"""Three branches: direct and destination charges lie wholly inside the branch of their account.

More than one branch is refused at the front door until money can move between them; keys, ids
and statements carry the branch already.
"""

from __future__ import annotations

import pytest

from connectlib import ConfigurationError, Connect
from connectlib.core.account_commands import CreateAccount
from connectlib.core.ids import branch_of
from connectlib.flows import accounts
from connectlib.ports.store import Totals
from connectlib.runtime.banks import bank_for_tests
from connectlib.runtime.run import run
from tests.engines import engine

BRANCHES = 3


@pytest.mark.parametrize("store", ["memory", "sqlite", "postgresql"])
def test_charges_stay_in_the_branch_of_their_account(store, request, tmp_path) -> None:
    url = {"memory": None, "sqlite": f"sqlite:///{tmp_path}/b.db"}.get(store)
    if store == "postgresql":
        url = request.getfixturevalue("pg_url")
    of = engine(url, branches=BRANCHES)
    connect = Connect.over(of)
    for branch in range(BRANCHES):
        command = CreateAccount(
            capabilities=(("card_payments", True), ("transfers", True)), losses="application"
        )
        made = run(of, accounts.create(of.ground, command, None, branch=branch))
        run(of, accounts.onboard(of.ground, made.id, bank_for_tests(made.id, "US")))
        direct = connect.charges.create(
            amount=5_000, currency="usd", source="tok_visa", account=made.id
        )
        passed_on = connect.charges.create(
            amount=10_000,
            currency="usd",
            source="tok_visa",
            transfer_data={"destination": made.id},
            application_fee_amount=1_000,
            idempotency_key=f"order-{branch}",
        )
        refund = connect.refunds.create(charge=passed_on.id, amount=500, reverse_transfer=True)
        for id_ in (made.id, direct.id, passed_on.id, passed_on.transfer, refund.id):
            assert branch_of(id_) == branch
        entries = of.store.answer(Totals(branch, of.world.id))
        assert sum(entry.balance for entry in entries) == 0
        assert len({entry.key.owner for entry in entries} & {made.id, of.world.account}) == 2
    connect.clock.advance(days=6)
    assert connect.balance.retrieve().available["usd"] == 3 * 680
    assert len(connect.charges.list(limit=2).data) == 2
    every = list(connect.charges.list(limit=2).auto_paging_iter())
    assert len(every) == 3
    report = connect.ledger.verify()
    assert report.ok, report.flaw
    connect.close()


def test_more_than_one_branch_is_refused_for_now() -> None:
    with pytest.raises(ConfigurationError, match="cannot move between branches"):
        Connect(branches=3)
