"""Parameters of account sessions: components and features out of one table."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from connectlib.core.account_sessions import COMPONENTS
from connectlib.core.link_commands import CreateAccountSession
from connectlib.core.refusals import Refused, Why
from connectlib.wire.errors import Invalid
from connectlib.wire.params.base import Flag, Id, Params, parse


class Component(Params):
    """One of `components`."""

    enabled: Flag
    features: dict[str, Flag] = Field(default_factory=dict)


class Create(Params):
    """`account_sessions.create`."""

    account: Id
    components: dict[str, Component]


def create(given: dict[str, Any]) -> CreateAccountSession:
    """The command of `account_sessions.create`. Raises Invalid."""
    asked = parse(Create, given)
    for name, component in asked.components.items():
        _known(name, COMPONENTS, f"components[{name}]")
        for feature in component.features:
            param = f"components[{name}][features][{feature}]"
            _known(feature, COMPONENTS[name], param)
    return CreateAccountSession(
        asked.account,
        tuple(
            (name, each.enabled, tuple(sorted(each.features.items())))
            for name, each in sorted(asked.components.items())
        ),
    )


def _known(name: str, names: Any, param: str) -> None:
    if name in names:
        return
    raise Invalid(
        Refused(
            Why.PARAMETER_UNKNOWN,
            f"Received unknown parameter: {param[:100]}",
            param[:100],
            f"there are {', '.join(names)}" if names else "this component has no features",
        )
    )
