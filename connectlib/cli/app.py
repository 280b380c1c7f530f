"""The commands and their exit codes.

0 done; 1 the ledger does not verify, lists differ, or doctor found something broken; 2 wrong usage
or unreadable input; 3 the store or the configuration stands in the way.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from connectlib import (
    Connect,
    ConnectError,
    InvalidRequestError,
    VirtualClock,
    __version__,
    errors,
)
from connectlib.api.errors import PermissionError as NoAccess
from connectlib.api.errors import raised
from connectlib.core.money import display
from connectlib.runtime.settings import from_environment

OK, BROKEN, USAGE, BLOCKED = 0, 1, 2, 3

app = typer.Typer(
    name="connectlib",
    help="A payments marketplace's engine: demo, replay, ledger, schema.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
ledger_app = typer.Typer(help="The books of a database.", no_args_is_help=True)
app.add_typer(ledger_app, name="ledger")

Db = Annotated[
    str | None,
    typer.Option(
        "--db", help="sqlite:///file.db or postgresql://...; CONNECTLIB_DATABASE_URL by default"
    ),
]
Json = Annotated[bool, typer.Option("--json", help="print one JSON value")]
Platform = Annotated[str, typer.Option(help="the name of the platform in the database")]


def console(*, err: bool = False) -> Console:
    """Where people read: plain where it is piped or NO_COLOR is set."""
    plain = Console(stderr=err, highlight=False)
    return plain if plain.is_terminal else Console(stderr=err, highlight=False, width=160)


@contextmanager
def answering() -> Iterator[None]:
    """Turn errors of the library, and those of its floors, into a message and an exit code."""
    try:
        yield
    except Exception as error:
        found = error if isinstance(error, ConnectError) else raised(error)
        if found is None:
            raise
        typer.echo(f"{type(found).__name__}: {found}", err=True)
        asked_wrongly = isinstance(found, InvalidRequestError | NoAccess)
        raise typer.Exit(USAGE if asked_wrongly else BLOCKED) from None


def url_of(db: str | None) -> str:
    """The database asked for."""
    url = db or from_environment().get("url")
    if not url:
        typer.echo(
            "say which database: --db sqlite:///shop.db, or set CONNECTLIB_DATABASE_URL"
            " (or CONNECTLIB_URL)",
            err=True,
        )
        raise typer.Exit(USAGE)
    return str(url)


def opened(db: str | None, platform: str) -> Connect:
    """A client over a world that is there: looking at books must not make any."""
    from connectlib.runtime.build import worlds

    url = url_of(db)
    found = {world.platform: world for world in worlds(url)}
    if platform not in found:
        there = ", ".join(sorted(found)) or "none"
        typer.echo(f"no platform '{platform}' in this database; there are: {there}", err=True)
        raise typer.Exit(USAGE)
    world = found[platform]
    # A world that has lived on a virtual clock is looked at where it stands.
    clock = None if world.now is None else VirtualClock(world.now)
    keys = from_environment().get("keys")
    return Connect(url, platform=platform, country=world.country, clock=clock, keys=keys)


def say(value: Any) -> None:
    """Print one JSON value."""
    typer.echo(json.dumps(value, ensure_ascii=False, default=str))


@app.callback(invoke_without_command=True)
def top(
    version: Annotated[bool, typer.Option("--version", help="print the version")] = False,
) -> None:
    """A payments marketplace's engine."""
    if version:
        typer.echo(__version__)
        raise typer.Exit(OK)


@app.command()
def demo(
    db: Annotated[str | None, typer.Option("--db", help="where to keep it; memory")] = None,
    seed: Annotated[int, typer.Option(help="the same seed makes the same marketplace")] = 7,
    sellers: Annotated[int, typer.Option(min=1, max=100)] = 3,
    orders: Annotated[int, typer.Option(min=1, max=10_000)] = 200,
    days: Annotated[int, typer.Option(min=1, max=365)] = 30,
    as_json: Json = False,
) -> None:
    """A synthetic marketplace: orders of all three kinds, refunds, a month, payouts."""
    from connectlib.cli.demo import Market

    with answering():
        market = Market(db, seed=seed, sellers=sellers, orders=orders, days=days)
        with progress(shown=not as_json) as told:
            outcome = market.run(told)
        market.close()
    if as_json:
        say(outcome)
    else:
        show_demo(outcome)
    raise typer.Exit(OK if outcome["ledger_ok"] else BROKEN)


@contextmanager
def progress(*, shown: bool) -> Iterator[Any]:
    """A callable (name, done, all) that draws a bar where somebody is watching."""
    if not shown or not console(err=True).is_terminal:
        yield lambda _name, _done, _all: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description:<10}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console(err=True)) as bars:
        tasks: dict[str, Any] = {}

        def told(name: str, done: int, total: int) -> None:
            if name not in tasks:
                tasks[name] = bars.add_task(name, total=total)
            bars.update(tasks[name], completed=done)

        yield told


def show_demo(outcome: dict[str, Any]) -> None:
    """The demo's outcome for people."""
    out = console()
    out.print(
        f"A marketplace with {len(outcome['sellers'])} sellers, {outcome['orders']} orders,"
        f" {outcome['refunds']} refunds, {outcome['days']} days (seed {outcome['seed']})"
    )
    table = Table("", box=None)
    for name in ("pending", "available", "in transit", "paid out"):
        table.add_column(name, justify="right")
    for row in (*outcome["sellers"], outcome["platform"]):
        amounts = [row[name] for name in ("pending", "available", "in_transit", "paid_out")]
        table.add_row(row["name"], *(display(amount, "usd") for amount in amounts))
    out.print(table)
    verdict = "debits = credits, hash chain intact" if outcome["ledger_ok"] else "IT IS BROKEN"
    out.print(f"Ledger: {outcome['ledger_transfers']:,} transfers, {verdict}.")


@app.command()
def replay(
    folder: Annotated[Path, typer.Argument(help="the folder with Olist's CSV files")],
    db: Annotated[str | None, typer.Option("--db", help="where to keep it; memory")] = None,
    as_json: Json = False,
) -> None:
    """Play the orders of a real marketplace (Olist's public dataset) through the engine."""
    from connectlib.cli.olist import UnreadableRow
    from connectlib.cli.replay import Replay

    with answering(), progress(shown=not as_json) as told:
        try:
            played = Replay(folder, db, lambda done, total: told("Facts", done, total))
        except UnreadableRow as error:
            typer.echo(f"nothing was played: {error}", err=True)
            raise typer.Exit(USAGE) from None
        outcome = played.run()
        played.close()
    if as_json:
        say(outcome)
    else:
        out = console()
        for name, value in outcome.items():
            shown = f"{value:,}" if type(value) is int else str(value)
            out.print(f"{name:<18}{shown:>16}")
    raise typer.Exit(OK if outcome["ledger_ok"] else BROKEN)


@ledger_app.command("verify")
def ledger_verify(
    db: Db = None,
    platform: Platform = "default",
    as_json: Json = False,
) -> None:
    """Prove the books: one pass that names the first row that is wrong."""
    with answering(), opened(db, platform) as connect:
        report = connect.ledger.verify()
    if as_json:
        say({**report._asdict(), "flaw": report.flaw._asdict() if report.flaw else None})
    else:
        out = console()
        out.print(
            f"{report.transfers:,} ledger transfers, {report.transactions:,} transactions,"
            f" {report.batches:,} seals, {report.accounts:,} ledger accounts,"
            f" {report.balance_transactions:,} balance transactions"
        )
        flaw = report.flaw
        out.print("intact" if flaw is None else f"BROKEN: {flaw.table} {flaw.key}: {flaw.what}")
    raise typer.Exit(OK if report.ok else BROKEN)


@ledger_app.command("trial-balance")
def ledger_trial_balance(
    db: Db = None,
    platform: Platform = "default",
    by_owner: Annotated[bool, typer.Option(help="a line for every owner")] = False,
    as_json: Json = False,
) -> None:
    """Debits, credits and balance of every kind of ledger account."""
    with answering(), opened(db, platform) as connect:
        rows = connect.ledger.trial_balance(by_owner=by_owner)
    if as_json:
        say([row._asdict() for row in rows])
        return
    table = Table("owner", "purpose", "currency", "debits", "credits", "balance", box=None)
    for row in rows:
        amounts = (row.debits, row.credits, row.balance)
        shown = [display(amount, row.currency) for amount in amounts]
        table.add_row(row.owner, row.purpose, row.currency, *shown)
    console().print(table)


@ledger_app.command("transfers")
def ledger_transfers(
    db: Db = None,
    platform: Platform = "default",
    about: Annotated[str | None, typer.Option(help="the id of a charge, refund ...")] = None,
    account: Annotated[str | None, typer.Option(help="a connected account")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000)] = 100,
    after: Annotated[str | None, typer.Option(help="the id where the page before ended")] = None,
    newest: Annotated[bool, typer.Option("--newest", help="the last ones first")] = False,
    as_json: Json = False,
) -> None:
    """Ledger transfers, in the order of their ids."""
    with answering(), opened(db, platform) as connect:
        moves = connect.ledger.transfers(
            about=about, account=account, limit=limit, after=after, newest=newest
        )
    if as_json:
        say([move._asdict() for move in moves])
        return
    for move in moves:
        typer.echo(f"{move.created:%Y-%m-%d %H:%M:%S}  {move}")


class Form(StrEnum):
    """How a story is printed."""

    TEXT = "text"
    MERMAID = "mermaid"
    SVG = "svg"


@app.command("explain")
def explain(
    id_: Annotated[str, typer.Argument(metavar="ID", help="of a charge, refund, payout ...")],
    db: Db = None,
    platform: Platform = "default",
    account: Annotated[str | None, typer.Option(help="the account it lives in")] = None,
    form: Annotated[Form, typer.Option("--format", help="text, mermaid or svg")] = Form.TEXT,
    as_json: Json = False,
) -> None:
    """Tell the story of an object: who paid whom how much, and who keeps what."""
    with answering(), opened(db, platform) as connect:
        try:
            story = connect.explain(id_, account=account)
        except (errors.InvalidRequestError, errors.PermissionError) as error:
            typer.echo(str(error), err=True)
            raise typer.Exit(USAGE) from None
    if as_json:
        say(story.to_dict())
        return
    forms = {Form.TEXT: story.__str__, Form.MERMAID: story.to_mermaid, Form.SVG: story.to_svg}
    typer.echo(forms[form]())


_SECONDS = re.compile(r"[0-9]{1,18}")
#: What the command cannot compare with, and why.
_NO_LIST = (
    "The processor's list is left out: the command line has only the simulator, which knows what"
    " its own process has done."
)


@app.command()
def reconcile(
    since: Annotated[str, typer.Option(help="seconds since 1970, or an ISO date or moment (UTC)")],
    until: Annotated[str, typer.Option(help="the same; it is not part of the period")],
    db: Db = None,
    settlement: Annotated[
        Path | None,
        typer.Option(help="a CSV file with the columns key, kind, amount, currency, created"),
    ] = None,
    platform: Platform = "default",
    as_json: Json = False,
) -> None:
    """Hold charges and refunds beside a settlement file; what differs is named."""
    first, last = (int(one) if _SECONDS.fullmatch(one) else one for one in (since, until))
    with answering(), opened(db, platform) as connect:
        report = connect.reconciliation.run(
            since=first, until=last, settlement=settlement, processor=False
        )
    if as_json:
        say(report.to_dict())
    else:
        typer.echo(str(report))
    typer.echo(_NO_LIST, err=True)
    raise typer.Exit(OK if report.ok else BROKEN)


@app.command()
def migrate(
    db: Db = None,
    sql: Annotated[bool, typer.Option("--sql", help="print the SQL; change nothing")] = False,
    as_json: Json = False,
) -> None:
    """Bring a database to the schema of this release."""
    from connectlib.cli.checks import migrated

    try:
        outcome = migrated(url_of(db), sql=sql)
    except Exception as error:
        typer.echo(f"{type(error).__name__}: {error}", err=True)
        raise typer.Exit(BLOCKED) from None
    if as_json:
        say(outcome)
    elif sql:
        typer.echo(outcome["sql"])
    else:
        typer.echo(f"the schema is at {outcome['to']} (it was at {outcome['from'] or 'nothing'})")


@app.command()
def doctor(db: Db = None, as_json: Json = False) -> None:
    """Look at versions and a database; every line says what to do."""
    from connectlib.cli.checks import checks

    found = list(checks(db or from_environment().get("url")))
    if as_json:
        say([check._asdict() for check in found])
    else:
        for check in found:
            mend = f"   mend: {check.mend}" if check.mend else ""
            typer.echo(f"{'ok  ' if check.ok else 'FAIL'} {check.name}: {check.found}{mend}")
    raise typer.Exit(OK if all(check.ok for check in found) else BROKEN)
