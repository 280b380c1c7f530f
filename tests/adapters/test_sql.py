"""The SQL of the stores: lint, migrations, equal hands, what is really sent."""

from __future__ import annotations

import sqlite3

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.dialects import sqlite

from connectlib import Connect, SchemaError
from connectlib.adapters.sql import ledger_queries, queries, schema
from connectlib.adapters.sql import tables as t
from connectlib.adapters.sql.bulk import absent, insertion
from connectlib.adapters.sql.dialects.sqlite import _alone, _compiled
from connectlib.adapters.sql.kinds import KINDS, MUTABLE
from connectlib.adapters.sql.statements import REGISTRY
from connectlib.core.rows import (
    BY_PREFIX,
    BalanceTransaction,
    Callback,
    Charge,
    Due,
    Event,
    Payout,
    Refund,
)
from connectlib.ports.store import HANGS_BY
from tests.engines import engine
from tests.house.schema_rules import flaws as schema_flaws
from tests.house.statement_rules import flaws, registry_flaws

SHARED = set(t.SHARED)


def statements() -> dict[str, object]:
    """Every statement that the store can send."""
    made = dict(REGISTRY)
    for kind, table in t.TABLES.items():
        made[f"insert {table.name}"] = insertion(kind)
        if "id" in table.columns and table.name not in SHARED:
            made[f"one {table.name}"] = queries.by_key(table.name)
    made["absent"] = absent(Due, "postgresql")
    for side in (-1, 0, 1):
        created = (("created", ">="), ("created", "<"))
        group = (("transfer_group", False),)
        made[f"page {side}"] = queries.page(Charge, group, created, side, "id")
        for many in (False, True):
            made[f"page of events {side} {many}"] = queries.page(
                Event, (("type", many),), (), side, "seq"
            )
        made[f"page in payout {side}"] = queries.page(
            BalanceTransaction, (("payout", False),), (), side, "id"
        )
        made[f"page of payouts {side}"] = queries.page(
            Payout, (("destination", False),), (("arrival_date", ">="),), side, "id"
        )
    for kind in (Charge, Refund, Callback, Event):
        made[f"span {t.TABLES[kind].name}"] = queries.span(kind, ())
    made["span of cl_event"] = queries.span(Event, (("object_id", ">="), ("object_id", "<")))
    for newest in (False, True):
        for owner in (True, False):
            made[f"entries {owner} {newest}"] = ledger_queries.entries(owner, newest)
        made[f"facts {newest}"] = ledger_queries.facts(newest)
        made[f"legs {newest}"] = ledger_queries.legs(newest)
    for kind in HANGS_BY:
        name = t.TABLES[kind].name
        made[f"hanging {name}"] = queries.hanging(name)
        made[f"count of hanging {name}"] = queries.hanging(name, counted=True)
    for side in ("debit", "credit"):
        made[f"last {side}"] = ledger_queries.last_before(side)
    made |= {f"total {name}": queries.total(name) for name in queries._SUMS}
    made["connected"] = queries.connected()
    made |= {f"busy {name}": queries.busy(name) for name in ("cl_charge", "cl_refund")}
    return made


def test_every_statement_keeps_the_rules() -> None:
    found = registry_flaws(statements(), SHARED, {"absent": "postgresql"})
    assert found == []


def test_no_statement_walks_a_branch_from_end_to_end(tmp_path) -> None:
    """On SQLite, whose planner sees no statistics: every search is by more than the branch."""
    url = f"sqlite:///{tmp_path}/shop.db"
    Connect(url).close()
    connection = sqlite3.connect(tmp_path / "shop.db")
    whole = {
        "any lane",
        "totals",
        "worlds",
        "set now",
        "keep now",
    }  # small tables, or a report of them all
    walks = {}
    for name in REGISTRY.keys() - whole:
        text = _compiled(name).text
        for sent in (text, _alone(text)):
            plan = connection.execute(f"EXPLAIN QUERY PLAN {sent}", [None] * sent.count("?"))
            lines = [line for *_, line in plan if "cl_" in line or " done " in line]
            assert lines or text.startswith("INSERT"), name
            walks |= dict.fromkeys((line for line in lines if "AND" not in line), name)
    connection.close()
    assert walks == {}


def test_a_story_is_read_by_the_index_made_for_it(tmp_path) -> None:
    url = f"sqlite:///{tmp_path}/shop.db"
    Connect(url).close()
    first = {}
    with sqlite3.connect(tmp_path / "shop.db") as connection:
        for name, statement in statements().items():
            text = str(statement.compile(dialect=sqlite.dialect()))
            if name.split()[0] in {"facts", "legs", "hanging"} or "hanging" in name:
                plan = connection.execute(f"EXPLAIN QUERY PLAN {text}", [None] * text.count("?"))
                first[name] = plan.fetchone()[-1].rpartition(" (")[2]
    connection.close()
    assert first == {
        "facts False": "branch=? AND ref=? AND id>?)",
        "facts True": "branch=? AND ref=? AND id<?)",
        "legs False": "branch=? AND txn=?)",
        "legs True": "branch=? AND txn=?)",
        **{
            f"{name} {t.TABLES[kind].name}": f"branch=? AND {column}=?)"
            for kind, column in HANGS_BY.items()
            for name in ("hanging", "count of hanging")
        },
    }


def test_a_span_of_ids_is_read_along_the_key_of_its_table(tmp_path) -> None:
    url = f"sqlite:///{tmp_path}/shop.db"
    Connect(url).close()
    plans = {}
    with sqlite3.connect(tmp_path / "shop.db") as connection:
        for name, statement in statements().items():
            if name.startswith("span"):
                text = str(statement.compile(dialect=sqlite.dialect()))
                plan = connection.execute(f"EXPLAIN QUERY PLAN {text}", [None] * text.count("?"))
                plans[name] = [line.partition(" USING ")[2] for *_, line in plan]
    connection.close()
    assert plans == {
        name: [f"INDEX sqlite_autoindex_{name.split()[-1]}_1 (branch=? AND id>? AND id<?)"]
        for name in plans
    }
    assert len(plans) == 5


def test_what_is_really_sent_keeps_the_rules(tmp_path) -> None:
    sent: set[str] = set()
    of = engine(f"sqlite:///{tmp_path}/shop.db", cache=False)
    connect = of.store.dialect.connect

    def traced() -> sqlite3.Connection:
        connection = connect()
        connection.set_trace_callback(sent.add)
        return connection

    of.store._writers._connect = traced
    of.store._readers._connect = traced
    of.store._writers.close()
    of.store._readers.close()
    client = Connect.over(of)
    account = client.testing.account()
    charge = client.charges.create(
        amount=1_000, currency="usd", source="tok_visa", transfer_data={"destination": account.id}
    )
    client.refunds.create(charge=charge.id, reverse_transfer=True)
    client.clock.advance(days=5)
    client.charges.list()
    ours = {text for text in sent if "cl_" in text}
    assert len(ours) > 20
    bound = {text for text in ours if not text.startswith("--")}
    broken = {
        text[:80]: found for text in bound if (found := flaws(_with_parameters(text), SHARED))
    }
    assert broken == {}


def _with_parameters(text: str) -> str:
    """The trace has values in place: put back what says that a branch was bound."""
    import re

    text = re.sub(r"branch = 0\b", "branch = ?", text)
    return re.sub(r"(?<![\w.])'(?:[^']|'')*'", "?", text)


def test_the_migrations_make_what_the_code_describes(tmp_path, empty_pg_url) -> None:
    for url in (f"sqlite:///{tmp_path}/m.db", empty_pg_url):
        schema.upgrade(url)
        with schema.engine_of(url).connect() as connection:
            context = MigrationContext.configure(
                connection,
                opts={
                    "include_name": lambda name, kind, _: kind != "table" or name.startswith("cl_")
                },
            )
            assert compare_metadata(context, t.metadata) == []
            checks = {
                check["name"]
                for table in t.metadata.tables
                for check in sa.inspect(connection).get_check_constraints(table)
            }
            assert checks == {
                str(each.name)
                for table in t.metadata.sorted_tables
                for each in table.constraints
                if isinstance(each, sa.CheckConstraint)
            }
    assert schema_flaws(t.metadata, SHARED) == []


def test_down_and_up_again(tmp_path) -> None:
    from alembic import command

    url = f"sqlite:///{tmp_path}/m.db"
    schema.upgrade(url)
    with schema.engine_of(url).begin() as connection:
        config = schema._config()
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
        assert [n for n in sa.inspect(connection).get_table_names() if n.startswith("cl_")] == []
    schema.upgrade(url)
    with Connect(url) as connect:
        assert connect.ledger.verify().ok


def test_an_empty_postgresql_is_refused_with_the_command(empty_pg_url) -> None:
    with pytest.raises(SchemaError) as caught:
        Connect(empty_pg_url)
    assert "connectlib migrate --db" in caught.value.hint


def test_an_old_or_new_schema_is_refused(tmp_path) -> None:
    url = f"sqlite:///{tmp_path}/m.db"
    Connect(url).close()
    for revision, hint in (("0000", "connectlib migrate"), ("9999", "pip install --upgrade")):
        with schema.engine_of(url).begin() as connection:
            connection.execute(
                sa.text(f"UPDATE {schema.VERSION_TABLE} SET version_num = '{revision}'")
            )
        with pytest.raises(SchemaError) as caught:
            Connect(url)
        assert hint in caught.value.hint


def test_sqlite_is_as_strict_as_we_rely_on(tmp_path) -> None:
    of = engine(f"sqlite:///{tmp_path}/shop.db")
    with of.store._readers.lend() as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
    of.close()


@pytest.mark.parametrize("store", ["sqlite", "postgresql"])
def test_both_hands_write_equal_rows(store, request, tmp_path) -> None:
    """The fast hand on the driver, and the portable one through SQLAlchemy Core."""
    dumps = []
    for portable in (False, True):
        url = f"sqlite:///{tmp_path}/{portable}.db"
        if store == "postgresql":
            from tests.conftest import _TEMPLATE

            server = request.getfixturevalue("postgres")
            request.getfixturevalue("_template")
            url = server.create(f"hand_{portable}".lower(), template=_TEMPLATE)
        of = engine(url, cache=False)
        client = Connect.over(of)
        lives(client, of, url, portable=portable)
        dumps.append(dump(url))
        assert client.ledger.verify().ok
        client.close()
    assert dumps[0] == dumps[1]


def lives(client: Connect, of, url: str, *, portable: bool) -> None:
    from connectlib.runtime.joined import strict

    outside = schema.engine_of(url)
    if url.startswith("sqlite"):
        strict(outside)

    def do(call):
        if not portable:
            return call()
        with outside.begin() as connection, client.transaction(connection):
            return call()

    account = do(lambda: client.testing.account())
    charge = client.charges.create(amount=20_000, currency="usd", source="tok_visa")
    made = do(
        lambda: client.transfers.create(
            amount=5_000, currency="usd", destination=account.id, source_transaction=charge.id
        )
    )
    do(lambda: client.transfers.reversals.create(made.id, amount=1_000, idempotency_key="r"))
    client.clock.advance(days=3)
    do(lambda: client.payouts.create(amount=700, currency="usd", metadata={"a": 'q"\\ü'}))
    do(lambda: client.charges.update(charge.id, description="it's"))


def dump(url: str) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, but for leases and lanes, which follow the wall clock."""
    skip = {"lease", "lane", "hash", "txn", "first"}
    found = {}
    with schema.engine_of(url).connect() as connection:
        for table in t.metadata.sorted_tables:
            if table.name in {"cl_ledger_lane", "cl_ledger_batch", "cl_ledger_transaction"}:
                continue
            columns = [c for c in table.columns if c.name not in skip]
            rows = connection.execute(sa.select(*columns)).all()
            found[table.name] = sorted(map(tuple, rows), key=repr)
    return found


def test_every_versioned_kind_is_written() -> None:
    assert set(KINDS) == set(BY_PREFIX.values()) == set(MUTABLE)
