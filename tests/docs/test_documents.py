"""Every Python block of README and docs runs; generated tables are fresh; examples print this."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from tests.house.source import ROOT
from tools.tables import main as tables

PAGES = ["README.md", *(str(path.relative_to(ROOT)) for path in sorted(ROOT.glob("docs/*.md")))]


def blocks(page: str) -> list[tuple[int, str]]:
    """(line, code) of every Python block of a page."""
    text = (ROOT / page).read_text("utf-8")
    return [
        (text[: found.start(1)].count("\n"), found[1])
        for found in re.finditer(r"^```python\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    ]


@pytest.mark.parametrize("page", PAGES)
def test_the_blocks_of_a_page_run_in_order(page, tmp_path, connect) -> None:
    names: dict[str, object] = {"shop_url": f"sqlite:///{tmp_path}/shop.db"}
    for line, code in blocks(page):
        exec(compile("\n" * line + code, str(ROOT / page), "exec"), names)
    tests = [value for name, value in names.items() if name.startswith("test_")]
    for test in tests:
        test(connect)
    for client in ("connect", "shop"):
        if client in names:
            names[client].close()
    if "engine" in names:
        names["engine"].dispose()
    assert page != "README.md" or len(tests) == 1


def test_the_generated_tables_are_fresh() -> None:
    assert tables(["--check"]) == 0


def test_the_example_prints_what_it_says() -> None:
    found = subprocess.run(
        [sys.executable, "examples/two_sellers.py"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
    )
    assert found.stdout.splitlines() == [
        "ada: available 0, paid out 6000",
        "bob: available 0, paid out 2500",
        "you: available 1180, paid out 0",
        "ledger ok: True",
    ]


def test_the_commands_of_the_readme_are_in_the_makefile() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for word in re.findall(
        r"^\$ make (\w+)", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE
    ):
        assert re.search(rf"^{word}:", makefile, re.MULTILINE)
