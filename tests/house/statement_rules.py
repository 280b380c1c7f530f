"""The SQL rules, over the text of a statement as a driver gets it.

A statement on account-owned rows names one branch, so it runs on one shard; what a statement
computes must not depend on when or where it runs, so that every store gives the same rows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql import psycopg
from sqlalchemy.exc import CompileError
from sqlalchemy.sql import ClauseElement

DIALECTS = {"sqlite": sqlite.dialect(), "postgresql": psycopg.dialect()}

FORBIDDEN = {
    r"\bnow\s*\(|\bcurrent_(?:date|time|timestamp)\b|\bclock_timestamp\b": "reads the clock",
    r"\b(?:datetime|strftime|julianday|unixepoch)\s*\(": "reads the clock",
    r"\brandom\s*\(|\brandomblob\b|uuid": "draws from chance",
    r"\bnextval\b|\blast_insert_rowid\b": "numbers by the database",
    r"advisory": "takes an advisory lock",
    r"\bNOTIFY\b|\bLISTEN\b": "notifies",
    r"\bLOCK\s+TABLE\b": "locks a table",
    r"\bOR\s+(?:REPLACE|IGNORE|ROLLBACK|ABORT|FAIL)\b": "hides a conflict",
    r"\bMERGE\b": "merges",
    r"\bON\s+CONFLICT\s+DO\b|\bON\s+CONSTRAINT\b": "names no key columns of its conflict",
    r"\bCREATE\s+TEMP": "makes a temporary table",
    r"/|\bdiv\b": "divides: rounding is done in Python",
    r"\bround\s*\(": "rounds: rounding is done in Python",
}

_QUOTED = re.compile(r"'(?:[^']|'')*'|--[^\n]*|/\*.*?\*/", re.DOTALL)
_WORDS = (
    "WHERE|SET|ON|JOIN|ORDER|GROUP|LIMIT|USING|FOR|INNER|LEFT|CROSS|UNION|RETURNING|DEFAULT|VALUES"
    "|NATURAL|OFFSET|FETCH|HAVING|EXCEPT|INTERSECT"
)
_TABLE = rf"(?:ONLY\s+)?(cl_\w+)\b(?:\s+(?:AS\s+)?(?!{_WORDS})(\w+))?"
_READ = re.compile(rf"(?:\bFROM|\bJOIN|\bUPDATE|\bUSING|,)\s+{_TABLE}(?!\s*\.)", re.IGNORECASE)
_INSERT = re.compile(r"\bINSERT\s+INTO\s+(cl_\w+)(?:\s+AS\s+\w+)?\s*\(([^)]*)\)", re.IGNORECASE)
_CONFLICT = re.compile(r"\bON\s+CONFLICT\s*\(\s*(\w+)", re.IGNORECASE)
_SET = re.compile(r"\bSET\b(.*?)(?=\bWHERE\b|\bFROM\b|\bRETURNING\b|\Z)", re.IGNORECASE | re.DOTALL)
_BOUND = r"(?:CAST\s*\(\s*)?(?:\?|\$\d+|%s|%\(\w+\)s|:\w+)"
_COLUMN = r"\w+\.branch\b"


def flaws(text: str, shared: set[str]) -> list[str]:
    """What breaks the rules in one statement's text."""
    bare = _QUOTED.sub("''", text)
    return [*_forbidden(bare), *_branchless(bare, shared), *_writes(bare, shared)]


def compiled(statement: ClauseElement, name: str) -> str:
    """The text a driver gets, lists still as one parameter; comments that explain why not."""
    try:
        return str(statement.compile(dialect=DIALECTS[name]))
    except CompileError as error:
        return f"/ does not compile: {error}"


def _forbidden(text: str) -> Iterator[str]:
    for pattern, what in FORBIDDEN.items():
        if found := re.search(pattern, text, re.IGNORECASE):
            yield f"it {what} ({found[0].strip()})"


def _branchless(text: str, shared: set[str]) -> Iterator[str]:
    read = [(table, alias or table) for table, alias in _READ.findall(text)]
    owned = [(table, name) for table, name in read if table not in shared]
    alone = len(read) == 1 and re.search(rf"(?<![.\w])branch\s*=\s*{_BOUND}", text)
    for table, name in owned:
        own = rf"\b{name}\.branch"
        equal = rf"{own}\s*=\s*(?:{_BOUND}|{_COLUMN})|{_COLUMN}\s*=\s*{own}\b"
        if not alone and not re.search(equal, text):
            yield f"{table} is read or changed without branch = :b"
    if owned and not alone and not re.search(rf"\bbranch\s*=\s*{_BOUND}", text):
        yield "no branch is bound, only compared with another"


def _writes(text: str, shared: set[str]) -> Iterator[str]:
    for table, columns in _INSERT.findall(text):
        if table not in shared and "branch" not in re.findall(r"\w+", columns):
            yield f"{table} gets a row without a branch"
        conflict = _CONFLICT.search(text)
        if conflict and table not in shared and conflict[1] != "branch":
            yield f"its conflict is found by {conflict[1]} first, not by branch"
    for assigned in _SET.findall(text):
        if re.search(r"(?<![.\w])branch\s*=(?!=)", assigned):
            yield "it changes a branch"


def registry_flaws(
    registry: dict[str, ClauseElement], shared: set[str], one_dialect: dict[str, str]
) -> list[str]:
    """What breaks the rules in any statement, on every dialect it is meant for."""
    return [
        f"{name} on {dialect}: {flaw}"
        for name, statement in registry.items()
        for dialect in DIALECTS
        if one_dialect.get(name, dialect) == dialect
        for flaw in flaws(compiled(statement, dialect), shared)
    ]


def as_statement(text: str) -> ClauseElement:
    return sa.text(text)
