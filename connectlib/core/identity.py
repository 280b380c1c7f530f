"""Identity: what of an account is checked by a verifier, and what its answers mean.

A check is of one subject: a person, the company, or what the business says of itself. It begins
when enough has been told, again whenever that changes, and its answer is booked only while it
is still about what was told last.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from connectlib.core.drafts import encode
from connectlib.core.due import DueKind, join_ref, split_ref
from connectlib.core.machine import Machine
from connectlib.core.requirement_facts import (
    CHARGE_BLOCK,
    CHECKED,
    CHECKING,
    FAILED,
    FUTURE,
    INACTIVE,
    LISTED,
    NEXT,
    PAYOUT_BLOCK,
    UNCHECKED,
    Check,
    Failure,
)
from connectlib.core.rows import Due
from connectlib.core.told import BUSINESS, COMPANY

if TYPE_CHECKING:
    from collections.abc import Iterable

    from connectlib.core.requirement_facts import Facts
    from connectlib.core.rows import Account

#: The verification of one subject.
MACHINE = Machine(
    initial=UNCHECKED,
    table={
        (UNCHECKED, "ask"): CHECKING,
        (CHECKING, "ask"): CHECKING,
        (CHECKED, "ask"): CHECKING,
        (FAILED, "ask"): CHECKING,
        (CHECKING, "pass"): CHECKED,
        (CHECKING, "fail"): FAILED,
        (CHECKING, "withdraw"): UNCHECKED,
        (CHECKED, "withdraw"): UNCHECKED,
        (FAILED, "withdraw"): UNCHECKED,
    },
    terminal=frozenset(),
)

#: What a person must have told before anybody can check it: any of these sets.
_PERSON = (
    ("dob.day", "dob.month", "dob.year", "address.line1"),
    ("dob.day", "dob.month", "dob.year", "address_kana.line1"),
    ("verification.document.front",),
)
_COMPANY = (("name", "tax_id"), ("name_kana", "tax_id"))
#: Beginnings of what a check of a person, of a company, looks at.
_LOOKED_AT = (
    "address", "dob", "first_name", "full_name", "id_number", "last_name", "nationality", "ssn",
    "email", "verification",
)  # fmt: skip
_COMPANY_LOOKED_AT = ("address", "directors", "name", "owners", "tax_id", "verification")
#: What the public words of a business are: (path in facts, column of the account, path in it).
PUBLIC = (
    "business_profile.name",
    "business_profile.product_description",
    "business_profile.url",
    "settings.card_payments.statement_descriptor_prefix",
    "settings.payments.statement_descriptor",
)


class Verdict(NamedTuple):
    """A definite answer about a subject, in fields of the account. flags: see `Facts`."""

    failures: tuple[Failure, ...] = ()
    flags: frozenset[str] = frozenset()


def verdict(prefix: str, findings: Iterable[Any], **words: bool) -> Verdict:
    """The verdict of what a verifier has found. prefix: of the subject's fields, "" for none.

    words: listed, inactive, future.
    """
    head = f"{prefix}." if prefix and prefix != BUSINESS else ""
    failures = tuple(
        Failure(f"{head}{each.field}", each.code, each.reason, each.stops) for each in findings
    )
    named = {"listed": LISTED, "inactive": INACTIVE, "future": FUTURE}
    return Verdict(failures, frozenset(named[name] for name, said in words.items() if said))


def is_ready(subject: str, given: frozenset[str]) -> bool:
    """Whether enough of a subject has been told for a check. given: without its prefix."""
    if subject == BUSINESS:
        return bool(given)
    sets = _COMPANY if subject == COMPANY else _PERSON
    return any(given.issuperset(each) for each in sets)


def is_looked_at(subject: str, path: str) -> bool:
    """Whether a check looks at a field. path: without the subject's prefix."""
    if subject == BUSINESS:
        return path in PUBLIC
    return path.startswith(_COMPANY_LOOKED_AT if subject == COMPANY else _LOOKED_AT)


def asked(
    facts: Facts,
    subject: str,
    given: frozenset[str],
    changed: Iterable[str],
    *,
    key: str,
    at: int,
    first: bool,
) -> Facts:
    """The facts once a subject has told something: its check begins anew where it must.

    given, changed: fields without the subject's prefix. key: of the new check, begun at
    the moment `at`. first: the country checks before anything works, so that all that is looked
    at is shown as pending.
    """
    new = {path for path in changed if is_looked_at(subject, path)}
    old = facts.check(subject)
    if not new:
        return facts
    if not is_ready(subject, given):
        moved = MACHINE.next(old.state, "withdraw")
        if old.listed:
            # Who is listed does not get off the list by telling less.
            return facts.with_check(subject, Check(listed=1))
        return facts.with_check(subject, None if moved or old.state == UNCHECKED else old)
    head = "" if subject == BUSINESS else f"{subject}."
    # What had failed and is told again waits; all the rest that had failed stays due.
    waiting = {each.field for each in old.failures} & {head + _document(path) for path in new}
    if first and subject != BUSINESS:
        waiting |= {head + path for path in _pending(given)}
    state = MACHINE.next(old.state, "ask") or CHECKING
    now = Check(state, tuple(sorted(waiting)), old.failures, key, at, old.listed)
    return facts.with_check(subject, now)


def _document(path: str) -> str:
    """The field that a side of a document belongs to: verification.document."""
    for side in (".front", ".back"):
        path = path.removesuffix(side)
    return path


def _pending(given: Iterable[str]) -> set[str]:
    """What is shown as pending while a person is checked first (seen on accounts in the US)."""
    return {
        _document(path)
        for path in given
        if path.startswith(("address.", "verification.")) or path in ("id_number", "tax_id")
    }


def answered(facts: Facts, subject: str, key: str, found: Verdict) -> Facts | None:
    """The facts after a definite answer; None where it comes late, or nothing was asked."""
    old = facts.check(subject)
    if old.key != key:
        return None
    state = MACHINE.next(old.state, "fail" if found.failures else "pass")
    if state is None:
        return None
    kept = facts.flags - ({INACTIVE} if subject == BUSINESS else set())
    listed = int(LISTED in found.flags)
    checked = facts.with_check(subject, Check(state, (), found.failures, key, old.begun, listed))
    return checked._replace(flags=kept | found.flags).with_lists()


# Work that falls due


def check_due(account: Account, subject: str, key: str, at: int, tries: int = 0) -> Due:
    """Ask a verifier about a subject. key: the same for all tries of one check.

    The first is due when the check has begun; no later one is known before its answer.
    """
    ref = join_ref(account.id, subject, key, tries)
    return Due(account.branch, account.world, at, int(DueKind.CHECK_IDENTITY), ref)


class Asked(NamedTuple):
    """What a piece of due work asks about."""

    account: str
    subject: str
    key: str
    tries: int


def asked_in(due: Due) -> Asked:
    """What a piece of due work is about."""
    account, subject, key, tries = split_ref(due.ref)
    return Asked(account, subject, key, int(tries))


def review_due(place: tuple[int, int], account: str, at: int, flag: str = "") -> Due:
    """Look at the requirements of an account again. place: its branch and world.

    flag: one that its facts get then.
    """
    ref = join_ref(account, flag) if flag else account
    return Due(*place, at, int(DueKind.REVIEW_ACCOUNT), ref)


def reviewed(due: Due) -> tuple[str, str]:
    """The account and the flag of a review that is due."""
    id_, *flags = split_ref(due.ref)
    return id_, flags[0] if flags else ""


#: Test cards that move the requirements of the account they pay (Connect docs, "Testing").
TRIGGERS = {
    "tok_visa_triggerNextRequirements": NEXT,
    "tok_visa_triggerChargeBlock": CHARGE_BLOCK,
    "tok_visa_triggerPayoutBlock": PAYOUT_BLOCK,
}


def shown_verification(check: Check, prefix: str) -> str:
    """What a person shows of its verification: compact JSON."""
    status = {CHECKING: "pending", CHECKED: "verified"}.get(check.state, "unverified")
    codes = {each.field.removeprefix(f"{prefix}."): each for each in check.failures}
    found: dict[str, Any] = {"status": status}
    for name in ("document", "additional_document"):
        failure = codes.get(f"verification.{name}")
        if failure is not None:
            found[name] = {"details": failure.reason, "details_code": failure.code}
    first = next(iter(check.failures), None)
    if first is not None:
        found |= {"details": first.reason, "details_code": first.code}
    return encode(found)
