"""The files the house rules are held against, parsed once."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ["connectlib", "tools", "alembic", "examples", "tests"]


@dataclass(frozen=True)
class Source:
    """One Python file: where it lies (from the top of the repository), its text, its tree."""

    path: str
    text: str
    tree: ast.Module

    def is_under(self, *places: str) -> bool:
        """Whether the file is, or lies below, one of these; a place ending in / is a folder."""
        return any(
            self.path.startswith(place) if place.endswith("/") else self.path == place
            for place in places
        )


def source(path: str, text: str) -> Source:
    return Source(path, text, ast.parse(text))


@cache
def sources() -> list[Source]:
    """Every Python file of the project, in order of path."""
    return [
        source(path.relative_to(ROOT).as_posix(), path.read_text("utf-8"))
        for folder in FOLDERS
        for path in sorted((ROOT / folder).rglob("*.py"))
    ]


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def dotted(node: ast.AST) -> str:
    """`a.b.c` for an attribute chain or a name, else the empty string."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (left := dotted(node.value)):
        return f"{left}.{node.attr}"
    return ""
