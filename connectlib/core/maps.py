"""Maps kept as compact JSON, and changes of them."""

from __future__ import annotations

import json

from connectlib.core.drafts import encode


def merged(old: str, changes: str) -> str:
    """A JSON map with changes made: null removes a key; an empty text removes them all."""
    values = json.loads(old) | json.loads(changes) if changes else {}
    return encode({key: value for key, value in values.items() if value is not None})
