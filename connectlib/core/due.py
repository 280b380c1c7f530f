"""Kinds of work that fall due, in the order in which the pump runs them at one instant."""

from __future__ import annotations

from enum import IntEnum


class DueKind(IntEnum):
    """What falls due. Numbers are stored and order the work of one instant.

    SUBMIT_*: an intent that has been committed and waits for the world outside; while it is
    being worked on, its lease keeps others away. MATURE: ref is "owner/currency/day".
    RELEASE_TRANSFER: ref is "schedule/destination" or
    "schedule/destination/charge"; before payouts are planned, so that they contain it.
    RETRY_REFUNDS, PLAN_PAYOUT: ref is "owner/currency". REVIEW_ACCOUNT: ref is "account" or
    "account/flag"; after checks, before payouts. CHECK_IDENTITY: ref is
    "account/subject/key/tries". CHECK_OWNERSHIP: ref is "account/external account/key/tries".
    """

    MATURE = 10
    SUBMIT_CHARGE = 20
    SUBMIT_SETUP = 22
    SUBMIT_REFUND = 30
    RETRY_REFUNDS = 32
    CHECK_IDENTITY = 33
    REVIEW_ACCOUNT = 34
    RELEASE_TRANSFER = 35
    CHECK_OWNERSHIP = 36
    PLAN_PAYOUT = 40
    SUBMIT_PAYOUT = 50
    SETTLE_PAYOUT = 60


def join_ref(*parts: object) -> str:
    """The ref of a piece of due work made of several words."""
    return "/".join(map(str, parts))


def split_ref(ref: str) -> list[str]:
    """The words of a ref."""
    return ref.split("/")
