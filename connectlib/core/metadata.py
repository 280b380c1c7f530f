"""JSON maps that updates change key by key: metadata, settings and the like."""

from __future__ import annotations

import json
from typing import Any

from connectlib.core.drafts import encode
from connectlib.core.refusals import Refused, Why

#: Keys that the metadata of an object can have (API reference, "Metadata").
METADATA_KEYS = 50


def merged(old: str, changes: str) -> str:
    """A JSON map with changes made: null removes a key; an empty text removes them all."""
    values = json.loads(old) | json.loads(changes) if changes else {}
    return encode({key: value for key, value in values.items() if value is not None})


def deepened(old: str, changes: str) -> str:
    """A JSON map of maps with changes made, however deep: null removes a field."""
    return encode(_deepened(json.loads(old), json.loads(changes)))


def _deepened(old: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    values = dict(old)
    for name, value in changes.items():
        if isinstance(value, dict):
            was = values.get(name)
            inside = _deepened(was if isinstance(was, dict) else {}, value)
            if inside or name in values:
                values[name] = inside
        elif value is None:
            values.pop(name, None)
        else:
            values[name] = value
    return values


def refuse_metadata(merged_: str) -> Refused | None:
    """Why metadata cannot be so after an update (API reference, "Metadata")."""
    found = len(json.loads(merged_))
    if found <= METADATA_KEYS:
        return None
    return Refused(
        Why.PARAMETER_INVALID,
        f"Metadata can have at most {METADATA_KEYS} keys; with this update there would be {found}.",
        "metadata",
        "remove keys by giving them an empty value",
    )
