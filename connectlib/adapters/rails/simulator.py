"""A bank that is not there: it takes every payout, and what arrives is written on the account."""

from __future__ import annotations

import json
from hashlib import blake2b
from typing import TYPE_CHECKING

from connectlib.ports.rail import Accepted, Arrived, Rejected

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connectlib.ports.rail import PayoutRequest, StatusAnswer, SubmitAnswer

#: Stripe's payout failure codes that test bank accounts bring about, and what they say
#: (Connect docs, "Testing": payout destinations).
FAILURES = {
    "account_closed": "The bank account has been closed.",
    "account_frozen": "The bank account has been frozen.",
    "could_not_process": "The bank could not process this payout.",
    "debit_not_authorized": "Debit transactions are not approved on this bank account.",
    "insufficient_funds": "The account has insufficient funds to cover the payout.",
    "invalid_account_number": "The routing number seems correct, but the account number is"
    " invalid.",
    "invalid_currency": "The bank was unable to process this payout because of its currency.",
    "no_account": "The bank account details on file are probably incorrect.",
}


class BankSimulator:
    """See `ports.rail.Rail`. A pure function of what it is asked: it remembers nothing."""

    def submit(self, requests: Sequence[PayoutRequest]) -> list[SubmitAnswer]:
        """See `ports.rail.Rail`."""
        return [
            Accepted(blake2b(request.key.encode(), digest_size=8).hexdigest())
            for request in requests
        ]

    def track(self, requests: Sequence[PayoutRequest]) -> list[StatusAnswer]:
        """See `ports.rail.Rail`: the field `test_outcome` of a bank account tells."""
        return [_outcome(request.bank) for request in requests]


def _outcome(bank: str) -> StatusAnswer:
    code = json.loads(bank).get("test_outcome")
    if code is None:
        return Arrived()
    return Rejected(code, FAILURES.get(code, "The payout failed."))
