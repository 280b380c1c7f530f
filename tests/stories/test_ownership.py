"""Who owns a bank account: asked after it has been written, by a verifier of ours or yours."""

from __future__ import annotations

import pytest

from connectlib import ConfigurationError, Connect, InvalidRequestError, VirtualClock
from connectlib.ports.bank_verification import (
    DocumentsNeeded,
    NotOwned,
    Owned,
    OwnershipChecking,
    OwnershipUnknown,
    Validated,
)
from connectlib.runtime.build import Onboarding, build
from tests.stories.reconciling import Later

US = {
    "object": "bank_account",
    "country": "US",
    "currency": "usd",
    "account_number": "000999999991",
    "routing_number": "110000000",
    "account_holder_name": "Jenny Rosen",
}
FIELD = "documents.bank_account_ownership_verification.files"
FILES = {"bank_account_ownership_verification": {"files": ["file_1"]}}


def test_one_test_number_is_verified_later_and_one_asks_for_documents(connect) -> None:
    ada = connect.accounts.create(external_account=US)
    of = connect.accounts.external_accounts
    (bank,) = of.list(ada)
    assert bank.status == "new"
    connect.clock.advance(minutes=2)
    assert of.retrieve(ada, bank).status == "verified"
    assert connect.accounts.retrieve(ada).external_accounts.data[0].status == "verified"
    asks = of.create(ada, external_account={**US, "account_number": "000999999992"})
    connect.clock.advance(minutes=2)
    found = of.retrieve(ada, asks)
    assert (found.status, found.requirements.currently_due) == ("new", [FIELD])
    pending = of.update(ada, asks, documents=FILES)
    assert pending.requirements.pending_verification == [FIELD]
    connect.clock.advance(minutes=2)
    found = of.retrieve(ada, asks)
    assert (found.status, found.requirements.pending_verification) == ("verified", [])
    plain = of.create(ada, external_account={**US, "account_number": "000123456789"})
    connect.clock.advance(minutes=2)
    assert of.retrieve(ada, plain).status == "new"  # nobody is asked


class Script:
    """Answers in turn; keeps what it was asked."""

    def __init__(self, *answers) -> None:
        self.answers, self.asked = list(answers), []

    def submit(self, requests):
        self.asked += [("submit", request) for request in requests]
        return [self.answers.pop(0) for _ in requests]

    def track(self, requests):
        self.asked += [("track", request) for request in requests]
        return [self.answers.pop(0) for _ in requests]


def checked_by(script) -> Connect:
    """A client whose leases run out at once: what is unknown is asked about again."""
    parts = Onboarding(ownership=script)
    return Connect.over(build(None, clock=VirtualClock(), wall=Later(), onboarding=parts))


@pytest.mark.parametrize(
    ("answers", "status", "verbs"),
    [
        ([Validated()], "validated", ["submit"]),
        ([OwnershipChecking(), Owned()], "verified", ["submit", "track"]),
        ([NotOwned()], "verification_failed", ["submit"]),
        ([DocumentsNeeded()], "new", ["submit"]),
        ([OwnershipUnknown(), Owned()], "verified", ["submit", "submit"]),
        (["nonsense", Owned()], "verified", ["submit", "submit"]),
    ],
)
def test_every_answer_moves_the_status_and_no_request_shows_a_number(
    answers, status, verbs
) -> None:
    script = Script(*answers)
    with checked_by(script) as connect:
        ada = connect.testing.account()
        of = connect.accounts.external_accounts
        bank = of.create(
            ada,
            external_account={**US, "account_number": "000123456789"},
            default_for_currency=True,
        )
        for _ in range(3):
            connect.clock.advance(hours=1)
        assert of.retrieve(ada, bank).status == status
        assert [verb for verb, _ in script.asked] == verbs
        asked = script.asked[0][1]
        assert (asked.number, asked.holder) == (
            "000123456789",
            {"account_holder_name": "Jenny Rosen"},
        )
        assert "000123456789" not in repr(asked) and "Jenny" not in repr(asked)
        assert len({request.key for _, request in script.asked}) == 1
        if status == "verification_failed":
            with pytest.raises(InvalidRequestError) as caught:
                connect.payouts.create(amount=1, currency="usd", account=ada)
            assert caught.value.code == "bank_account_unusable"


def test_an_answer_to_what_is_gone_changes_nothing() -> None:
    script = Script(OwnershipChecking(), Owned())
    with checked_by(script) as connect:
        ada = connect.testing.account()
        of = connect.accounts.external_accounts
        bank = of.create(ada, external_account=US)
        connect.clock.advance(seconds=1)
        of.delete(ada, bank)
        connect.clock.advance(hours=2)
        assert [verb for verb, _ in script.asked] == ["submit"]


def test_a_verifier_that_cannot_be_asked_is_refused_when_a_client_is_opened() -> None:
    with pytest.raises(ConfigurationError) as caught:
        Connect(clock=VirtualClock(), ownership=object())
    assert "ownership must be an object with submit, track()" in str(caught.value)
