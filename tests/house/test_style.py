"""The house rules over every file, and each rule over a file that breaks it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.house import api_docs, rules
from tests.house.source import Source, source, sources

Rule = Callable[[Source], Iterator[str]]

#: rule -> (where it holds, where it does not)
RULES: dict[Rule, tuple[tuple[str, ...], tuple[str, ...]]] = {
    rules.long_files: (("connectlib/", "tools/", "alembic/", "examples/", "tests/"), ()),
    rules.long_functions: (("connectlib/", "tools/", "alembic/", "examples/", "tests/"), ()),
    rules.long_lines: (("connectlib/", "tools/", "alembic/", "examples/", "tests/"), ()),
    rules.ambient: (("connectlib/",), ()),
    rules.dangerous: (
        ("connectlib/", "tools/", "alembic/", "examples/", "tests/"),
        ("tests/docs/",),  # the blocks of the documents are run
    ),
    rules.inexact: (("connectlib/core/",), ()),
    rules.silenced_types: (("connectlib/",), ()),
    rules.open_matches: (("connectlib/", "tools/"), ()),
    rules.vague_modules: (("connectlib/", "tools/", "examples/", "tests/"), ()),
    rules.banned_words: (("connectlib/",), ()),
    api_docs.undocumented: (("connectlib/api/",), ("connectlib/api/_sync/",)),
}


def violations(rule: Rule, files: list[Source]) -> list[str]:
    inside, outside = RULES[rule]
    return [
        f"{file.path}:{flaw}"
        for file in files
        if file.is_under(*inside) and not file.is_under(*outside)
        for flaw in rule(file)
    ]


@pytest.mark.parametrize("rule", list(RULES), ids=lambda rule: rule.__name__)
def test_every_file_keeps_the_rule(rule: Rule) -> None:
    assert violations(rule, sources()) == []


def test_errors_named_in_docstrings_exist() -> None:
    by_path = {file.path: file for file in sources()}
    errors = by_path.get("connectlib/api/errors.py", source("connectlib/api/errors.py", ""))
    files = [file for file in sources() if file.is_under("connectlib/api/")]
    assert [f"{f.path}:{flaw}" for f in files for flaw in api_docs.unknown_errors(f, errors)] == []


def test_every_exception_is_still_needed() -> None:
    there = {file.path: file for file in sources()}
    short = [
        path for path in rules.LONG_TABLES
        if path not in there or len(there[path].text.splitlines()) <= rules.FILE_LINES_MAX
    ]  # fmt: skip
    unsaid = [
        (path, word) for path, word in rules.WORDS_ALLOWED
        if path not in there or word not in there[path].text.lower()
    ]  # fmt: skip
    assert (short, unsaid) == ([], [])


ENUM_MATCH = "match x:\n    case Why.A:\n        pass\n"
BREAKS = [
    (rules.long_files, "connectlib/core/a.py", "x = 1\n" * 401),
    (rules.long_functions, "connectlib/core/a.py", "def f():\n" + "    x = 1\n" * 50),
    (rules.long_lines, "connectlib/core/a.py", f"x = '{'a' * 95}'\n"),
    (rules.ambient, "connectlib/core/a.py", "from datetime import datetime\ndatetime.now()"),
    (rules.ambient, "connectlib/api/a.py", "import datetime\ndatetime.datetime.utcnow()"),
    (rules.ambient, "connectlib/flows/a.py", "from datetime import date\ndate.today()"),
    (rules.ambient, "connectlib/adapters/a.py", "from time import monotonic"),
    (rules.ambient, "connectlib/wire/a.py", "import uuid\nuuid.uuid4()"),
    (rules.ambient, "connectlib/wire/a.py", "from uuid import uuid1"),
    (rules.ambient, "connectlib/adapters/clock.py", "import random"),
    (rules.ambient, "connectlib/runtime/a.py", "from os import urandom"),
    (rules.ambient, "connectlib/api/a.py", "import threading\nthreading.Thread()"),
    (rules.ambient, "connectlib/api/a.py", "import os\nos.environ['A']"),
    (rules.ambient, "connectlib/adapters/a.py", "import socket"),
    (rules.dangerous, "tests/a.py", "import pickle"),
    (rules.dangerous, "connectlib/cli/a.py", "from marshal import loads"),
    (rules.dangerous, "tools/a.py", "eval('1')"),
    (rules.inexact, "connectlib/core/a.py", "x = float(1)"),
    (rules.inexact, "connectlib/core/a.py", "x = 0.5"),
    (rules.inexact, "connectlib/core/a.py", "x = 1 / 2"),
    (rules.inexact, "connectlib/core/a.py", "x /= 2"),
    (rules.inexact, "connectlib/core/a.py", "x = round(y)"),
    (rules.silenced_types, "connectlib/core/a.py", "x = 1  # type: ignore[misc]"),
    (rules.open_matches, "connectlib/core/a.py", ENUM_MATCH),
    (rules.open_matches, "connectlib/core/a.py", ENUM_MATCH + "    case _:\n        pass\n"),
    (rules.open_matches, "connectlib/core/a.py", ENUM_MATCH.replace("Why.A", "Why.A | Why.B")),
    (rules.vague_modules, "connectlib/core/utils.py", ""),
    (rules.vague_modules, "connectlib/_common/a.py", ""),
    (rules.banned_words, "connectlib/core/a.py", "amount_cents = 1"),
    (rules.banned_words, "connectlib/api/a.py", "# The Merchant pays."),
    (rules.banned_words, "connectlib/flows/a.py", '"""What a seller is owed."""'),
    (api_docs.undocumented, "connectlib/api/a.py", "class A:\n    def b(self): ...\n"),
    (api_docs.undocumented, "connectlib/api/_async/a.py", "async def b(): ...\n"),
]
KEEPS = [
    (rules.long_functions, "connectlib/core/a.py", "def f():\n" + "    x = 1\n" * 49),
    (rules.ambient, "connectlib/adapters/clock.py", "import time\ntime.time()"),
    (rules.ambient, "connectlib/core/a.py", "from datetime import datetime, time\nx: datetime"),
    (rules.ambient, "connectlib/runtime/a.py", "import threading\nthreading.Thread()"),
    (rules.ambient, "connectlib/api/a.py", "import threading\nthreading.Lock()"),
    (rules.dangerous, "connectlib/core/a.py", "re.compile('x').evaluate(1)"),
    (rules.inexact, "connectlib/core/a.py", "x = 7 // 2"),
    (rules.inexact, "connectlib/cli/a.py", "x = 7 / 2"),
    (rules.silenced_types, "connectlib/core/a.py", "x = '# type: ignore'"),
    (rules.open_matches, "connectlib/a.py", ENUM_MATCH + "    case _:\n        assert_never(x)\n"),
    (rules.open_matches, "connectlib/a.py", "match x:\n    case int():\n        pass\n"),
    (rules.banned_words, "connectlib/core/a.py", "# per cent of recent scents"),
    (rules.banned_words, "connectlib/cli/demo.py", "sellers = 3"),
    (api_docs.undocumented, "connectlib/api/a.py", "class _A:\n    def b(self): ...\n"),
    (api_docs.undocumented, "connectlib/api/_sync/a.py", "def b(): ...\n"),
]


@pytest.mark.parametrize(("rule", "path", "text"), BREAKS)
def test_a_rule_sees_what_breaks_it(rule: Rule, path: str, text: str) -> None:
    assert violations(rule, [source(path, text)]) != []


@pytest.mark.parametrize(("rule", "path", "text"), KEEPS)
def test_a_rule_leaves_alone_what_keeps_it(rule: Rule, path: str, text: str) -> None:
    assert violations(rule, [source(path, text)]) == []


RAISES = [
    ("Raises: CardError, NoSuchError if Stripe says so.", ["NoSuchError"]),
    (
        "Raises:\n        CardError: declined.\n        LostError or OtherError: lost.",
        ["LostError"],
    ),
    ("Raises:\n        CardError: it was declined, as\n            Stripe says.", []),
    ("Raises: CardError.\n\n    Nothing else is known.", []),
    ("Never fails. Stripe does not either.", []),
]


@pytest.mark.parametrize(("docstring", "unknown"), RAISES)
def test_an_error_that_does_not_exist_is_seen(docstring: str, unknown: list[str]) -> None:
    errors = source("connectlib/api/errors.py", "class CardError: ...\nfrom x import OtherError\n")
    text = f'def create():\n    """Create.\n\n    {docstring}\n    """\n'
    flaws = list(api_docs.unknown_errors(source("connectlib/api/a.py", text), errors))
    assert [flaw.split(" raises ")[1].split(",")[0] for flaw in flaws] == unknown
