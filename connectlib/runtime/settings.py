"""The environment: the only place where it is read."""

from __future__ import annotations

import os
from typing import Any

#: Variable -> argument of `Connect`; of two for one argument the later wins.
VARIABLES = {
    "CONNECTLIB_URL": "url",
    "CONNECTLIB_DATABASE_URL": "url",
    "CONNECTLIB_PLATFORM": "platform",
    "CONNECTLIB_COUNTRY": "country",
    "CONNECTLIB_KEYS": "keys",
}


def from_environment() -> dict[str, Any]:
    """The arguments of `Connect` that the environment gives."""
    return {
        argument: os.environ[name] for name, argument in VARIABLES.items() if os.environ.get(name)
    }
