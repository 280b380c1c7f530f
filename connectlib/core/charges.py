"""Charges: recorded before the processor is asked, then moved by what it answers.

The three kinds differ in who owns the charge and where its money goes: direct (in the
namespace of a connected account), destination (on the platform, passed on at once), separate
(on the platform, transferred later). A payment intent's every attempt is a charge, too.
(Stripe docs, "Charge types"; API reference, Charges.)
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from connectlib.core.account_settings import charge_options
from connectlib.core.book import Done, Keys
from connectlib.core.charge_checks import refuse
from connectlib.core.charge_keys import touched
from connectlib.core.charge_rates import promised_rate, refuse_converted
from connectlib.core.drafts import Draft, encode
from connectlib.core.due import DueKind
from connectlib.core.fx import Rate
from connectlib.core.idempotency import LEASE, answered
from connectlib.core.machine import Machine
from connectlib.core.payment_methods import customer_of
from connectlib.core.refusals import Refused, Why
from connectlib.core.rows import Charge, Due
from connectlib.core.terms import Terms, parties, terms_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from connectlib.core.book import Book, Outcome, Request
    from connectlib.core.commands import CreateCharge
    from connectlib.core.conversions import Rates
    from connectlib.core.fee_policies import FeePolicy
    from connectlib.core.means import Means
    from connectlib.core.rows import Versioned, World

#: What stands for the states in which the processor is asked: pending, capturing, releasing.
#: `processing` waits for its news, `needs_review` for a person. A bank can take back what has
#: succeeded: `bounce`.
MACHINE = Machine(
    initial="pending",
    table={
        ("pending", "approve"): "succeeded",
        ("pending", "hold"): "authorized",
        ("pending", "accept"): "processing",
        ("pending", "ask_buyer"): "requires_action",
        ("pending", "decline"): "failed",
        ("pending", "let_go"): "released",
        ("pending", "give_up"): "needs_review",
        ("requires_action", "resume"): "pending",
        ("requires_action", "approve"): "succeeded",
        ("requires_action", "hold"): "authorized",
        ("requires_action", "accept"): "processing",
        ("requires_action", "decline"): "failed",
        ("requires_action", "let_go"): "released",
        ("requires_action", "release"): "releasing",
        ("processing", "approve"): "succeeded",
        ("processing", "hold"): "authorized",
        ("processing", "decline"): "failed",
        ("processing", "let_go"): "released",
        ("processing", "release"): "releasing",
        ("processing", "give_up"): "needs_review",
        ("authorized", "approve"): "succeeded",
        ("authorized", "capture"): "capturing",
        ("authorized", "release"): "releasing",
        ("authorized", "let_go"): "released",
        ("capturing", "approve"): "succeeded",
        ("capturing", "let_go"): "released",
        ("capturing", "give_up"): "needs_review",
        ("releasing", "let_go"): "released",
        ("releasing", "decline"): "failed",
        ("releasing", "approve"): "succeeded",
        ("releasing", "give_up"): "needs_review",
        ("needs_review", "approve"): "succeeded",
        ("needs_review", "hold"): "authorized",
        ("needs_review", "decline"): "failed",
        ("needs_review", "let_go"): "released",
        ("succeeded", "bounce"): "failed",
    },
    terminal=frozenset({"failed", "released"}),
)
#: While the processor is being asked about a charge, nobody else may touch it.
ASKING = frozenset({"pending", "capturing", "releasing"})
#: What Stripe's status is, by ours.
SHOWN = {
    "succeeded": "succeeded",
    "authorized": "succeeded",
    "capturing": "succeeded",
    "released": "succeeded",
    "failed": "failed",
}

#: Versions of a charge: as recorded, and as the processor's answer left it.
RECORDED, SETTLED = 1, 2


class Recorded(NamedTuple):
    """A charge that waits for the processor, and the terms it was made on."""

    row: Charge
    terms: Terms


def record_keys(command: CreateCharge, world: World) -> Keys:
    """What recording needs: nothing is locked, accounts are read."""
    accounts = {world.account, command.account}
    if command.destination is not None:
        accounts.add(command.destination)
    if command.on_behalf_of is not None:
        accounts.add(command.on_behalf_of)
    accounts.update([account for account, _ in command.splits])
    rows: tuple[str, ...] = ()
    if command.fx_quote is not None or command.customer is not None:
        rows = tuple(one for one in (command.fx_quote, command.customer) if one)
    return Keys(rows, tuple(accounts))


def record(
    book: Book,
    command: CreateCharge,
    *,
    details: str,
    means: Means,
    request: Request | None,
    rates: Rates,
    fees: FeePolicy,
) -> Outcome[Recorded]:
    """Write down what is to be charged, with its key, before anybody outside is asked."""
    command = with_policy(book, command, fees)
    refused = refuse(book, command, means)
    if refused is not None:
        return refused
    if command.customer is not None:
        found = customer_of(book, command.customer, command.account, "customer")
        if isinstance(found, Refused):
            return found
    draft = Draft()
    recorded = open_charge(book, draft, command, details=details, rates=rates, fees=fees)
    if isinstance(recorded, Refused):
        return recorded
    draft.key = answered(book, request, recorded.row, version=RECORDED if book.joined else SETTLED)
    return Done(recorded, draft)


def open_charge(
    book: Book,
    draft: Draft,
    command: CreateCharge,
    *,
    details: str,
    rates: Rates,
    fees: FeePolicy,
    id_: str | None = None,
    payment_intent: str | None = None,
) -> Recorded | Refused:
    """Draft a charge that is going to be asked for, and the due work that sees to it."""
    terms = terms_in(book, command)
    rate = promised_rate(book, command, terms)
    if isinstance(rate, Refused):
        return rate
    refused = refuse_converted(book, command, terms, rates, fees)
    if refused is not None:
        return refused
    row = Charge(
        book.branch,
        id_ or book.new_id("ch"),
        book.world.id,
        command.account,
        RECORDED,
        book.at,
        command.amount,
        command.currency,
        MACHINE.initial,
        command.source,
        details,
        application_fee_amount=command.application_fee_amount,
        destination=command.destination,
        transfer_amount=command.transfer_amount,
        on_behalf_of=command.on_behalf_of,
        transfer_group=command.transfer_group,
        description=command.description,
        statement_descriptor=command.statement_descriptor,
        receipt_email=command.receipt_email,
        metadata=command.metadata,
        payment_intent=payment_intent,
        customer=command.customer,
        method_id=command.method_id,
        exchange_rate=rate.text if rate is not None else None,
        country=terms.country,
        options=_options(book, command, rate, details),
    )
    draft.put(row)
    draft.dues.append(intent(row, lease=0 if book.joined else book.wall + LEASE))
    return Recorded(row, terms)


def _options(book: Book, command: CreateCharge, rate: Rate | None, details: str) -> str | None:
    """What the charge keeps of what few charges have, and of the settings of its account."""
    settings = charge_options(book.account(command.on_behalf_of or command.account), details)
    if rate is None and command.capture and not (command.splits or command.options or settings):
        return None
    options: dict[str, Any] = dict(command.options) | settings
    if rate is not None:
        options["mid"] = [rate.mid_numerator, rate.mid_denominator]
    if command.splits:
        options["splits"] = command.splits
    if not command.capture:
        options["capture"] = 0
    return encode(options)


def with_policy(book: Book, command: CreateCharge, fees: FeePolicy) -> CreateCharge:
    """The charge with the application fee that the policy says, where it says none itself."""
    if command.application_fee_amount is not None or command.transfer_amount is not None:
        return command
    if not fees.application:
        return command
    direct = command.account != book.world.account
    payer = book.account(command.account if direct else command.destination or "")
    if payer is None:
        return command
    fee = fees.application_fee(
        command.amount, command.currency, account=payer.id, country=payer.country
    )
    return command if fee is None else command._replace(application_fee_amount=fee)


def terms_in(book: Book, command: CreateCharge) -> Terms:
    """The terms of a charge to be made."""
    return terms_of(
        book.account,
        book.world,
        currency=command.currency,
        account=command.account,
        destination=command.destination,
        on_behalf_of=command.on_behalf_of,
        splits=[account for account, _ in command.splits],
    )


def terms_again(find: Callable[[str], Any], world: World, row: Charge) -> Terms:
    """The terms of a charge recorded earlier, given how to find an account."""
    return terms_of(
        find,
        world,
        currency=row.currency,
        account=row.account,
        destination=row.destination,
        on_behalf_of=row.on_behalf_of,
        splits=[account for account, _ in options_of(row).get("splits", ())],
    )


def parties_of(row: Charge, world: World) -> tuple[str, ...]:
    """The accounts that the terms of a recorded charge depend on."""
    splits = (account for account, _ in options_of(row).get("splits", ()))
    return parties(world.account, row.account, row.destination, (row.on_behalf_of or "", *splits))


def options_of(row: Charge) -> dict[str, Any]:
    """What few charges have: see `core.rows.Charge`."""
    found: dict[str, Any] = json.loads(row.options) if row.options else {}
    return found


def with_options(row: Charge, **changes: Any) -> str | None:
    """The options of a charge with other values; None removes one."""
    found = {k: v for k, v in {**options_of(row), **changes}.items() if v is not None}
    return encode(found) if found else None


def settles_for(row: Charge) -> str:
    """The account whose country's rules and fees apply: the business of record."""
    return row.on_behalf_of or row.account


_SUBMIT = int(DueKind.SUBMIT_CHARGE)


def intent(row: Charge, *, at: int | None = None, lease: int = 0) -> Due:
    """The due work that a charge is until nothing is open outside about it.

    It falls due when the charge was last asked about; at: at another moment.
    """
    if at is None:
        at = row.created
        if row.options is not None:
            at = int(options_of(row).get("asked", at))
    return Due(row.branch, row.world, at, _SUBMIT, row.id, lease)


def touch_keys(row: Charge) -> Keys:
    """What moving a charge without its money needs."""
    return Keys(rows=rows_of(row), heads=(row.account,), accounts=(row.account,))


def rows_of(row: Charge) -> tuple[str, ...]:
    """The rows that move together: the charge, its intent, the method used and whose it is."""
    if row.payment_intent is None and row.method_id is None and row.customer is None:
        return (row.id,)
    named = (row.id, row.payment_intent, row.method_id, row.customer)
    return tuple(one for one in named if one)


def capture_keys(row: Charge, world: World) -> Keys:
    """What writing down a capture needs."""
    return Keys(rows_of(row), heads=(row.account,), accounts=parties_of(row, world))


release_keys = capture_keys


def settle_keys(
    row: Charge, world: World, *, terms: Terms, means: Means
) -> Callable[[Mapping[str, Versioned], int], Keys]:
    """What settling needs: the charge, and every ledger account its kind may touch."""
    everybody: tuple[str, ...] = (world.account,)
    if row.account != world.account:
        everybody = (world.account, row.account)
    everybody += tuple([account for account, _ in terms.arrivals if account not in everybody])

    def of(_links: Mapping[str, Versioned], at: int) -> Keys:
        day = means.available_on(at, terms.country)
        found = touched(row, world, terms, day)
        return Keys(rows_of(row), accounts=everybody, heads=everybody, ledger=found)

    return of


#: The field at fault, by failure code (Stripe API reference, "Errors").
_PARAMS = {
    "expired_card": "exp_month",
    "incorrect_cvc": "cvc",
    "incorrect_number": "number",
    "incorrect_zip": "address_zip",
    "invalid_expiry_month": "exp_month",
    "invalid_expiry_year": "exp_year",
    "invalid_cvc": "cvc",
}


def refusal_of(row: Charge) -> Refused:
    """The refusal that a failed charge is: the same, however often its key is repeated."""
    code = row.failure_code or Why.CARD_DECLINED.code or ""
    outcome = json.loads(row.outcome or "{}")
    return Refused(
        Why.CARD_DECLINED,
        row.failure_message or "Your card was declined.",
        _PARAMS.get(code),
        None,
        code,
        outcome.get("reason"),
        row.id,
        tuple((name, outcome[name]) for name in ADVICE if outcome.get(name)),
    )


#: What a declined payment's error says beside its codes.
ADVICE = ("advice_code", "network_decline_code", "network_advice_code")
