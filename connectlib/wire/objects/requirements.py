"""Requirements of accounts, capabilities and persons, as Stripe shows them."""

from __future__ import annotations

from typing import Any

from connectlib.wire.objects.base import loaded, timestamp


def _lists(kept: dict[str, Any], asks: Any) -> dict[str, Any]:
    """The lists of a kept standing, of the fields that `asks` takes. asks(field, name of map)."""
    current, apart = kept.get("currently_due", ()), kept.get("later_by", {})
    due = [field for field in current if asks(field, "due_by")]
    # A field may be due for some capabilities, and later for others.
    later = [
        field
        for field in kept.get("eventually_due", ())
        if field in due or ((field not in current or field in apart) and asks(field, "later_by"))
    ]
    return {
        "alternatives": [
            {"original_fields_due": old, "alternative_fields_due": new}
            for old, new in kept.get("alternatives", ())
            if any(asks(field, "due_by") for field in old)
        ],
        "currently_due": due,
        "errors": [
            {"code": code, "reason": reason, "requirement": field}
            for field, code, reason in kept.get("errors", ())
            if asks(field, "due_by")
        ],
        "eventually_due": later,
        "past_due": [field for field in kept.get("past_due", ()) if field in due],
        "pending_verification": [f for f in kept.get("pending", ()) if asks(f, "due_by")],
    }


def requirements_of(row: Any, reason: str | None, capability: str | None = None) -> dict[str, Any]:
    """`requirements` of an account, or of one of its capabilities."""
    kept = loaded(row.requirements) or {}
    found = _lists(kept, _asking(kept, capability))
    deadline = kept.get("deadline") if found["currently_due"] else None
    return {
        **found,
        "current_deadline": timestamp(deadline) if deadline else None,
        "disabled_reason": reason,
    }


def future_of(row: Any, capability: str | None = None) -> dict[str, Any]:
    """`future_requirements`: the same shape, of rules that do not hold yet."""
    kept = loaded(row.requirements) or {}
    coming = kept.get("future", {})
    found = _lists(coming, _asking(coming, capability))
    deadline = coming.get("deadline")
    return {
        **found,
        "current_deadline": timestamp(deadline) if deadline else None,
        "disabled_reason": None,
    }


def nothing() -> dict[str, Any]:
    """What is asked for what was not requested: nothing."""
    return {
        **_lists({}, lambda _field, _by: False),
        "current_deadline": None,
        "disabled_reason": None,
    }


def _asking(kept: dict[str, Any], capability: str | None) -> Any:
    def asks(field: str, by: str) -> bool:
        return capability is None or capability in kept.get(by, {}).get(field, (capability,))

    return asks


def of_person(row: Any, head: str) -> dict[str, Any]:
    """The requirements of an account that are of one person, without its id in front."""
    kept = loaded(row.requirements) or {}
    prefix = f"{head}."

    def asks(field: str, _by: str) -> bool:
        return field.startswith(prefix)

    found = _lists(kept, asks)
    found["errors"] = [
        {**each, "requirement": each["requirement"].removeprefix(prefix)}
        for each in found["errors"]
    ]
    return {
        name: [f.removeprefix(prefix) if isinstance(f, str) else f for f in value]
        for name, value in found.items()
    }
