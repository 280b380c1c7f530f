"""Where keys and nonces come from."""

from __future__ import annotations

from typing import Protocol


class Entropy(Protocol):
    """Chance of cryptographic quality, except in simulations."""

    def bytes(self, n: int) -> bytes:
        """So many bytes that nobody can foresee."""
        ...
