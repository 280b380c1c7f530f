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
    from connectlib.api import errors
    from connectlib.api._async.client import AsyncConnect
    from connectlib.api._sync.client import Connect
    from connectlib.api.errors import (
        APIConnectionError,
        APIError,
        CardError,
        ConfigurationError,
        ConnectError,
        IdempotencyError,
        InvalidRequestError,
        OutcomeUnknown,
        PermissionError,  # noqa: A004
        RateLimitError,
        RetryTransaction,
        SchemaError,
        TransactionError,
    )
    from connectlib.core.fees import FeeSchedule, Rate
    from connectlib.runtime.joined import sqlite_engine

__version__ = "0.1.0"

#: Name -> the module it is in.
_WHERE = {
    "AsyncConnect": "connectlib.api._async.client",
    "Connect": "connectlib.api._sync.client",
    "FeeSchedule": "connectlib.core.fees",
    "Money": "moneyed",
    "Rate": "connectlib.core.fees",
    "VirtualClock": "connectlib.adapters.clock",
    "sqlite_engine": "connectlib.runtime.joined",
    **dict.fromkeys(
        (
            "APIConnectionError",
            "APIError",
            "CardError",
            "ConfigurationError",
            "ConnectError",
            "IdempotencyError",
            "InvalidRequestError",
            "OutcomeUnknown",
            "PermissionError",
            "RateLimitError",
            "RetryTransaction",
            "SchemaError",
            "TransactionError",
        ),
        "connectlib.api.errors",
    ),
}

__all__ = [
    "APIConnectionError",
    "APIError",
    "AsyncConnect",
    "CardError",
    "ConfigurationError",
    "Connect",
    "ConnectError",
    "FeeSchedule",
    "IdempotencyError",
    "InvalidRequestError",
    "Money",
    "OutcomeUnknown",
    "PermissionError",
    "Rate",
    "RateLimitError",
    "RetryTransaction",
    "SchemaError",
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
