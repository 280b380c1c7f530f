"""The verifier of bank accounts of the test mode: deterministic, by the published numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectlib.core.bank_tests import OWNER_DOCUMENTS, OWNER_VERIFIED
from connectlib.ports.bank_verification import (
    DocumentsNeeded,
    Owned,
    OwnershipChecking,
    Validated,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connectlib.ports.bank_verification import OwnershipAnswer, OwnershipRequest


class TestOwnership:
    """One number is verified later, one asks for documents; of others nothing is known."""

    __test__ = False

    def submit(self, requests: Sequence[OwnershipRequest]) -> list[OwnershipAnswer]:
        """See `ports.bank_verification.BankVerifier`."""
        return [_first(request) for request in requests]

    def track(self, requests: Sequence[OwnershipRequest]) -> list[OwnershipAnswer]:
        """See `ports.bank_verification.BankVerifier`."""
        return [_then(request) for request in requests]


def _first(request: OwnershipRequest) -> OwnershipAnswer:
    return OwnershipChecking() if request.number == OWNER_VERIFIED else _then(request)


def _then(request: OwnershipRequest) -> OwnershipAnswer:
    if request.number == OWNER_VERIFIED:
        return Owned()
    if request.number == OWNER_DOCUMENTS:
        return Owned() if request.files else DocumentsNeeded()
    return Validated()
