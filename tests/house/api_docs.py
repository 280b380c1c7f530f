"""What people touch is documented: every public function of `connectlib/api`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tests.house.source import Source, dotted

Function = ast.FunctionDef | ast.AsyncFunctionDef

_LIST = re.compile(r"[A-Z]\w+(?:(?:, *| or | and )[A-Z]\w+)*")


def public_functions(body: list[ast.stmt]) -> Iterator[Function]:
    """Functions and methods without an underscore, not in a private class; overloads aside."""
    for node in body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield from public_functions(node.body)
        elif isinstance(node, Function) and not node.name.startswith("_"):
            marks = {dotted(mark).split(".")[-1] for mark in node.decorator_list}
            if not marks & {"overload", "setter", "override"}:
                yield node


def undocumented(file: Source) -> Iterator[str]:
    for function in public_functions(file.tree.body):
        if not ast.get_docstring(function):
            yield f"{function.lineno}: {function.name} has no docstring"


def raises(function: Function) -> list[str]:
    """The classes that a docstring's `Raises:` names: beside it, or at the start of its entries."""
    _, _, after = (ast.get_docstring(function) or "").partition("Raises:")
    beside, *lines = after.split("\n\n")[0].splitlines() or [""]
    indents = [len(line) - len(line.lstrip()) for line in lines]
    entries = [line for line, indent in zip(lines, indents, strict=True) if indent == min(indents)]
    found = [_LIST.match(entry.strip()) for entry in ([beside] if beside.strip() else entries)]
    return [name for match in found if match for name in re.split(r", *| or | and ", match[0])]


def unknown_errors(file: Source, errors: Source) -> Iterator[str]:
    known = {name for node in errors.tree.body for name in _defined(node)}
    for function in public_functions(file.tree.body):
        for name in raises(function):
            if name not in known:
                yield f"{function.lineno}: {function.name} raises {name}, not in {errors.path}"


def _defined(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.ClassDef):
        return [node.name]
    if isinstance(node, ast.ImportFrom):
        return [alias.asname or alias.name for alias in node.names]
    return []
