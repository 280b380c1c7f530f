"""What may be asked about external accounts; as in `core.commands`."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class External(NamedTuple):
    """A bank account or debit card to be. holder, details: JSON; number: in the clear.

    The number and `holder` are sealed before anything is written. outcome: the failure code with
    which a test bank returns every payout. verify: a verifier is asked who owns it.
    """

    object: str
    country: str
    currency: str
    last4: str
    number: str
    routing_number: str | None = None
    details: str = "{}"
    holder: str | None = None
    methods: str = "standard"
    outcome: str | None = None
    metadata: str = "{}"
    is_default: bool = False
    verify: bool = False


class Sealing(NamedTuple):
    """An external account ready to be written. id: what it has been sealed for; None = any.

    account: the same of an account that is made with it.
    """

    given: External
    secret: str | None
    holder: str | None
    fingerprint: str
    id: str | None = None
    account: str | None = None

    def with_texts(self, texts: Mapping[str, str | None]) -> Sealing:
        """The same with its texts sealed."""
        return self._replace(secret=texts["secret"], holder=texts["holder"])


class UpdateExternal(NamedTuple):
    """`external_accounts.update`: None leaves a field as it is.

    details, holder: JSON of the changes, null takes a field away. metadata: as in UpdateAccount.
    files: of the documents that show who owns it.
    """

    account: str
    id: str
    is_default: bool = False
    details: str = "{}"
    holder: str | None = None
    metadata: str | None = None
    files: tuple[str, ...] | None = None
