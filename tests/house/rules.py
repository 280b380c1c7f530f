"""The rules of style: each takes a file and yields what is wrong with it, as `line: what`."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import PurePosixPath

from tests.house.source import Source, dotted, functions

FILE_LINES_MAX, FUNCTION_LINES_MAX, LINE_MAX = 400, 50, 100

#: {file: why it may be long}: tables of data only.
LONG_TABLES: dict[str, str] = {"connectlib/core/rows.py": "the row of every table"}

#: {place: (what it may ask the world for, why)}; a place ending in / is a folder.
AMBIENT_ALLOWED: dict[str, tuple[set[str], str]] = {
    "connectlib/adapters/clock.py": ({"clock"}, "it is the clock"),
    "connectlib/adapters/entropy.py": ({"chance"}, "it is the source of chance"),
    "connectlib/adapters/senders/": ({"network"}, "they send"),
    "connectlib/runtime/": ({"clock", "threads"}, "waiting and threads live here only"),
    "connectlib/runtime/settings.py": ({"environment"}, "the only reader of the environment"),
    "connectlib/testing/": ({"chance", "threads"}, "the kits draw from a seed, and race"),
    "connectlib/cli/": ({"clock", "chance", "environment"}, "it shows seconds and seeds a demo"),
}

_MODULES = {
    "time": "clock",
    "random": "chance",
    "secrets": "chance",
    "socket": "network",
    "_thread": "threads",
    "multiprocessing": "threads",
}
_NAMES = {
    "os.urandom": "chance",
    "os.getrandom": "chance",
    "uuid.uuid1": "chance",
    "uuid.uuid4": "chance",
    "uuid.uuid7": "chance",
    "os.environ": "environment",
    "os.getenv": "environment",
    "threading.Thread": "threads",
    "threading.Timer": "threads",
    "concurrent.futures.ThreadPoolExecutor": "threads",
    "asyncio.sleep": "threads",
    "asyncio.to_thread": "threads",
}
_NOW = re.compile(r"(^|\.)(datetime|date)\.(now|utcnow|today)$")
_DANGEROUS_MODULES = {"pickle", "marshal", "shelve"}
_DANGEROUS_CALLS = {"eval", "exec"}

BANNED_MODULES = {
    "base_utils", "common", "helper", "helpers", "lib", "manager", "misc", "shared", "stuff",
    "tool", "util", "utils",
}  # fmt: skip

#: word -> (what to say instead, where it may stand all the same)
BANNED_WORDS = {
    "cents": ("minor units", ()),
    "merchants?": ("account", ()),
    "sellers?": ("account, or connected account", ("connectlib/cli/",)),
    "vendors?": ("account", ()),
    "sub-?merchants?": ("connected account", ()),
}
#: {(file, word as written): why}
WORDS_ALLOWED: dict[tuple[str, str], str] = {
    ("connectlib/core/charge_answers.py", "seller"): "seller_message is Stripe's name of a field",
    ("connectlib/adapters/processors/declines.py", "merchant"): "merchant_blacklist is a code",
    ("connectlib/wire/params/refunds.py", "merchant"): "merchant_request is Stripe's word",
}


def long_files(file: Source) -> Iterator[str]:
    lines = len(file.text.splitlines())
    if lines > FILE_LINES_MAX and file.path not in LONG_TABLES:
        yield f"1: {lines} lines, at most {FILE_LINES_MAX}: split it by room"


def long_functions(file: Source) -> Iterator[str]:
    for function in functions(file.tree):
        lines = (function.end_lineno or 0) - function.lineno + 1
        if lines > FUNCTION_LINES_MAX:
            yield f"{function.lineno}: {function.name} has {lines}, at most {FUNCTION_LINES_MAX}"


def long_lines(file: Source) -> Iterator[str]:
    for number, line in enumerate(file.text.splitlines(), start=1):
        if len(line) > LINE_MAX:
            yield f"{number}: {len(line)} characters, at most {LINE_MAX}"


def ambient(file: Source) -> Iterator[str]:
    """Clock, chance, threads, network and environment are asked for in named places only."""
    allowed = {
        what
        for place, (kinds, _) in AMBIENT_ALLOWED.items()
        if file.is_under(place)
        for what in kinds
    }
    for node in ast.walk(file.tree):
        for name, kind in _asked(node):
            if kind not in allowed:
                yield f"{node.lineno}: {name} ({kind}) is injected, not asked for"


def _asked(node: ast.AST) -> Iterator[tuple[str, str]]:
    for name in _named(node):
        if name.split(".")[0] in _MODULES and isinstance(node, ast.Import | ast.ImportFrom):
            yield name, _MODULES[name.split(".")[0]]
        elif name in _NAMES:
            yield name, _NAMES[name]
        elif _NOW.search(name):
            yield name, "clock"


def _named(node: ast.AST) -> list[str]:
    """The dotted names that a node imports or reads."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [f"{node.module}.{alias.name}" for alias in node.names if not node.level]
    return [dotted(node)] if isinstance(node, ast.Attribute) else []


def dangerous(file: Source) -> Iterator[str]:
    for node in ast.walk(file.tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            for name in _named(node):
                if name.split(".")[0] in _DANGEROUS_MODULES:
                    yield f"{node.lineno}: {name} runs what it reads"
        elif isinstance(node, ast.Call) and dotted(node.func) in _DANGEROUS_CALLS:
            yield f"{node.lineno}: {dotted(node.func)} runs what it reads"


def inexact(file: Source) -> Iterator[str]:
    """Core has no floats, no true division and no rounding without a name."""
    for node in ast.walk(file.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, float):
            yield f"{node.lineno}: {node.value} is a float"
        elif isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div):
            yield f"{node.lineno}: / does not say how it rounds"
        elif isinstance(node, ast.Call) and dotted(node.func) in {"float", "round"}:
            yield f"{node.lineno}: {dotted(node.func)} does not say how it rounds"


def silenced_types(file: Source) -> Iterator[str]:
    for token in tokenize.generate_tokens(io.StringIO(file.text).readline):
        if token.type == tokenize.COMMENT and re.match(r"#\s*type:\s*ignore", token.string):
            yield f"{token.start[0]}: a type is silenced; say it so that mypy understands"


def open_matches(file: Source) -> Iterator[str]:
    """A match on the members of an enum ends in `case _: assert_never(...)`."""
    for node in ast.walk(file.tree):
        if isinstance(node, ast.Match) and any(_is_member(case.pattern) for case in node.cases):
            last = node.cases[-1]
            calls = [dotted(each.func) for each in ast.walk(last) if isinstance(each, ast.Call)]
            wild = isinstance(last.pattern, ast.MatchAs) and last.pattern.pattern is None
            if not wild or not any(call.split(".")[-1] == "assert_never" for call in calls):
                yield f"{node.lineno}: a match on an enum must end in assert_never"


def _is_member(pattern: ast.pattern) -> bool:
    return any(
        isinstance(each, ast.MatchValue) and isinstance(each.value, ast.Attribute)
        for each in ([*pattern.patterns] if isinstance(pattern, ast.MatchOr) else [pattern])
    )


def vague_modules(file: Source) -> Iterator[str]:
    for part in PurePosixPath(file.path).with_suffix("").parts:
        if part.strip("_") in BANNED_MODULES:
            yield f"1: a module named {part} says nothing of what is in it"


def banned_words(file: Source) -> Iterator[str]:
    for word, (instead, places) in BANNED_WORDS.items():
        if file.is_under(*places):
            continue
        pattern = re.compile(rf"(?<![a-z]){word}(?![a-z])", re.IGNORECASE)
        for number, line in enumerate(file.text.splitlines(), start=1):
            found = pattern.search(line)
            if found and (file.path, found[0].lower()) not in WORDS_ALLOWED:
                yield f"{number}: not {found[0]!r}: {instead}"
