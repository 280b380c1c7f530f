"""What may be asked about accounts; as in `core.commands`."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from connectlib.core.external_commands import External

#: What somebody tells, leaf by leaf: (path, JSON).
Leaves = tuple[tuple[str, str], ...]


class CreateAccount(NamedTuple):
    """`accounts.create`. capabilities: (name, whether it is requested).

    type: none where the account is made by its controller. details, settings, tos, metadata:
    compact JSON of what was given. individual, company: leaves of what is told, one of them at
    most. external: the external account that it is paid out to. accepted: the account has shown
    by a token that it accepts the terms.
    """

    country: str | None = None
    default_currency: str | None = None
    email: str | None = None
    business_type: str | None = None
    capabilities: tuple[tuple[str, bool], ...] = ()
    fees_payer: str = "account"
    losses: str = "stripe"
    requirement_collection: str = "stripe"
    dashboard: str = "full"
    service_agreement: str = "full"
    payout_interval: str | None = None
    details: str = "{}"
    metadata: str = "{}"
    type: str = "none"
    settings: str = "{}"
    tos: str = "{}"
    individual: Leaves | None = None
    company: Leaves | None = None
    external: External | None = None
    accepted: bool = False


class UpdateAccount(NamedTuple):
    """`accounts.update`: None leaves a field as it is; an empty text unsets it.

    details, settings, tos, metadata: JSON of the changes: null removes a key; of metadata ""
    removes all. given: the names of the parameters. by_itself: the account asks, not the platform.
    """

    account: str
    email: str | None = None
    business_type: str | None = None
    default_currency: str | None = None
    capabilities: tuple[tuple[str, bool], ...] = ()
    payout_interval: str | None = None
    details: str | None = None
    metadata: str | None = None
    settings: str | None = None
    tos: str | None = None
    service_agreement: str | None = None
    given: tuple[str, ...] = ()
    individual: Leaves | None = None
    company: Leaves | None = None
    by_itself: bool = False
    external: External | None = None
    accepted: bool = False


class RejectAccount(NamedTuple):
    """`accounts.reject`. payouts_action: pause or none."""

    account: str
    reason: str
    payouts_action: str = "pause"
