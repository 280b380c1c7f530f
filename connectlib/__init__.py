"""connectlib: the engine of a payments marketplace, in your process and your database.

    from connectlib import Connect

    connect = Connect()
    account = connect.testing.account()
    charge = connect.charges.create(amount=10_000, currency="usd", source="tok_visa",
                                    transfer_data={"destination": account.id})

Everything is imported when it is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from moneyed import Money

    from connectlib.adapters.clock import VirtualClock
    from connectlib.adapters.files.directory import DirectoryFiles
    from connectlib.adapters.files.memory import MemoryFiles
    from connectlib.adapters.fx.ecb import EcbRates
    from connectlib.adapters.fx.static import TEST_RATES, StaticRates
    from connectlib.adapters.keys.providers import LocalKeys, StaticKeys
    from connectlib.adapters.processors.scripted import ScriptedProcessor
    from connectlib.adapters.processors.stripe import StripeProcessor
    from connectlib.api import errors
    from connectlib.api._async.client import AsyncConnect
    from connectlib.api._sync.client import Connect
    from connectlib.api.errors import (
        APIConnectionError,
        APIError,
        BalanceInsufficient,
        CardError,
        ConfigurationError,
        ConnectError,
        IdempotencyError,
        InvalidRequestError,
        KeysUnavailableError,
        MigrationNeeded,
        MissingExtra,
        OAuthError,
        OutcomeUnknown,
        PermissionError,  # noqa: A004
        ProcessorError,
        RateLimitError,
        RetryTransaction,
        SchemaError,
        SealError,
        TransactionError,
    )
    from connectlib.core.application_fee_policies import ApplicationFeePolicy, Tier
    from connectlib.core.fee_bearers import Bearers
    from connectlib.core.fee_policies import DisputeFee, DisputeFees, FeePolicy, PayoutFees
    from connectlib.core.fees import (
        DEFAULT_FEES,
        LIST_SURCHARGES,
        FeeSchedule,
        Rate,
        Surcharges,
    )
    from connectlib.core.requirement_rules import (
        REQUIREMENTS,
        RequirementRule,
        RequirementThreshold,
    )
    from connectlib.ports.fx import RatesError
    from connectlib.runtime.joined import sqlite_engine

__version__ = "0.1.0"

#: Name -> the module it is in.
_WHERE = {
    "ApplicationFeePolicy": "connectlib.core.application_fee_policies",
    "AsyncConnect": "connectlib.api._async.client",
    "Bearers": "connectlib.core.fee_bearers",
    "Connect": "connectlib.api._sync.client",
    "DirectoryFiles": "connectlib.adapters.files.directory",
    "EcbRates": "connectlib.adapters.fx.ecb",
    "FeeSchedule": "connectlib.core.fees",
    "LocalKeys": "connectlib.adapters.keys.providers",
    "MemoryFiles": "connectlib.adapters.files.memory",
    "Money": "moneyed",
    "REQUIREMENTS": "connectlib.core.requirement_rules",
    "Rate": "connectlib.core.fees",
    "RequirementRule": "connectlib.core.requirement_rules",
    "RequirementThreshold": "connectlib.core.requirement_rules",
    "ScriptedProcessor": "connectlib.adapters.processors.scripted",
    "StripeProcessor": "connectlib.adapters.processors.stripe",
    "RatesError": "connectlib.ports.fx",
    "StaticKeys": "connectlib.adapters.keys.providers",
    "StaticRates": "connectlib.adapters.fx.static",
    "TEST_RATES": "connectlib.adapters.fx.static",
    "Tier": "connectlib.core.application_fee_policies",
    "VirtualClock": "connectlib.adapters.clock",
    "sqlite_engine": "connectlib.runtime.joined",
    **dict.fromkeys(
        ("DEFAULT_FEES", "LIST_SURCHARGES", "FeeSchedule", "Rate", "Surcharges"),
        "connectlib.core.fees",
    ),
    **dict.fromkeys(
        ("DisputeFee", "DisputeFees", "FeePolicy", "PayoutFees"), "connectlib.core.fee_policies"
    ),
    **dict.fromkeys(
        (
            "APIConnectionError",
            "APIError",
            "BalanceInsufficient",
            "CardError",
            "ConfigurationError",
            "ConnectError",
            "IdempotencyError",
            "InvalidRequestError",
            "KeysUnavailableError",
            "MigrationNeeded",
            "MissingExtra",
            "OAuthError",
            "OutcomeUnknown",
            "PermissionError",
            "ProcessorError",
            "RateLimitError",
            "RetryTransaction",
            "SchemaError",
            "SealError",
            "TransactionError",
        ),
        "connectlib.api.errors",
    ),
}

__all__ = [
    "DEFAULT_FEES",
    "LIST_SURCHARGES",
    "REQUIREMENTS",
    "TEST_RATES",
    "APIConnectionError",
    "APIError",
    "ApplicationFeePolicy",
    "AsyncConnect",
    "BalanceInsufficient",
    "Bearers",
    "CardError",
    "ConfigurationError",
    "Connect",
    "ConnectError",
    "DirectoryFiles",
    "DisputeFee",
    "DisputeFees",
    "EcbRates",
    "FeePolicy",
    "FeeSchedule",
    "IdempotencyError",
    "InvalidRequestError",
    "KeysUnavailableError",
    "LocalKeys",
    "MemoryFiles",
    "MigrationNeeded",
    "MissingExtra",
    "Money",
    "OAuthError",
    "OutcomeUnknown",
    "PayoutFees",
    "PermissionError",
    "ProcessorError",
    "Rate",
    "RateLimitError",
    "RatesError",
    "RequirementRule",
    "RequirementThreshold",
    "RetryTransaction",
    "SchemaError",
    "ScriptedProcessor",
    "SealError",
    "StaticKeys",
    "StaticRates",
    "StripeProcessor",
    "Surcharges",
    "Tier",
    "TransactionError",
    "VirtualClock",
    "errors",
    "sqlite_engine",
]


def __getattr__(name: str) -> Any:
    """Import what is asked for."""
    from importlib import import_module

    if name == "errors":
        return import_module("connectlib.api.errors")
    if name in _WHERE:
        return getattr(import_module(_WHERE[name]), name)
    raise AttributeError(f"module 'connectlib' has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
