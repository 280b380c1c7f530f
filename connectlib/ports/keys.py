"""Where the key-encryption keys are: what wraps the data keys of subjects, and never leaves.

A call to a provider is a call to the outside: steps of a flow make it, never a transaction.
"""

from __future__ import annotations

from typing import Protocol


class KeyFault(Exception):
    """What is sealed can neither be written nor read now; nothing has been changed."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


class KeysUnavailable(KeyFault):
    """The provider did not answer: the same request may pass later."""

    def __init__(self, what: str) -> None:
        super().__init__(f"The key provider {what}.", "repeat the request; nothing was written")


class KeyUnknown(KeyFault):
    """The provider has no key of this id."""

    def __init__(self, key_id: str) -> None:
        super().__init__(
            f"There is no key-encryption key '{key_id}'.",
            "give keys= every key that connect.keys.status() counts, until it counts none",
        )


class SealBroken(KeyFault):
    """A sealed text does not open: wrong key, altered, or moved from another place."""

    def __init__(self, where: str) -> None:
        super().__init__(
            f"What is sealed in {where} does not open: its key is another, or it was altered or"
            " moved there.",
            "look where the row comes from; restore it from a backup with its data key",
        )


class KeyProvider(Protocol):
    """Wraps and unwraps data keys. Anything it raises counts as not available.

    current: the id of the key-encryption key for what is wrapped from now on. for_live: whether
    live data may rest on it.
    """

    for_live: bool

    @property
    def current(self) -> str:
        """The id of the newest key-encryption key."""
        ...

    def wrap(self, key_id: str, key: bytes, context: bytes) -> bytes:
        """A data key sealed under a key-encryption key, bound to a context.

        Raises KeyUnknown.
        """
        ...

    def unwrap(self, key_id: str, wrapped: bytes, context: bytes) -> bytes:
        """The data key again. Raises KeyUnknown, SealBroken."""
        ...
