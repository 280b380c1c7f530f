"""Every state machine of core is a sound table."""

from __future__ import annotations

import importlib
import pkgutil

from connectlib import core


def machines() -> dict[str, object]:
    """{module.NAME: machine}: every MACHINE, alone or as the end of a longer name."""
    modules = [
        importlib.import_module(found.name)
        for found in pkgutil.walk_packages(core.__path__, f"{core.__name__}.")
    ]
    return {
        f"{module.__name__}.{name}": value
        for module in modules
        for name, value in vars(module).items()
        if name == "MACHINE" or name.endswith("_MACHINE")
    }


def test_no_machine_has_a_flaw() -> None:
    found = machines()
    assert found
    assert {
        name: flaws for name, machine in found.items() if (flaws := list(machine.flaws()))
    } == {}
