"""Write the blocking client from the awaiting one, by deletion alone.

    python -m tools.unasync            write connectlib/api/_sync
    python -m tools.unasync --check    say what is stale, left over or cannot be translated

Every file of connectlib/api/_async has exactly one twin in connectlib/api/_sync and nothing else
lies there. What the rules cannot translate (asyncio itself, say) belongs in another room.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

API = Path(__file__).resolve().parent.parent / "connectlib" / "api"
HEADER = "# Made from {source}: edit that.\n"

#: In this order: what contains another rule's word comes before it.
RULES = [
    (re.compile(pattern), with_)
    for pattern, with_ in [
        (r"\basync (def|with|for)\b", r"\1"),
        (r"\bawait ", ""),
        (r"\basynccontextmanager\b", "contextmanager"),
        (r"\b(_*)Async([A-Z]\w*)", r"\1\2"),
        (r"\brun_async\b", "run"),
        (r"\bcreate_async_", "create_"),
        (r"\b_async\b", "_sync"),
        (r"\b(_*)async_(?=[a-z])", r"\1"),
        (r"\bawaiting\b", "blocking"),
        (r"\bAwaiting\b", "Blocking"),
        (r"\b__a(enter|exit|iter|next)__\b", r"__\1__"),
        (r"\ba(close|iter|next)\b", r"\1"),
    ]
]
LEFT_OVER = re.compile(r"\b(?:async|asyncio|await)\b|\bAsync[A-Z]\w*")


def blocking(text: str, source: str) -> str:
    """The blocking twin of one file, under a header that names its source."""
    for pattern, with_ in RULES:
        text = pattern.sub(with_, text)
    return HEADER.format(source=source) + text


def twins(api: Path) -> dict[Path, str]:
    """{path in _sync: the text it must have}, for every file of _async."""
    sources = sorted((api / "_async").rglob("*.py"))
    return {
        api / "_sync" / source.relative_to(api / "_async"): blocking(
            source.read_text("utf-8"), source.relative_to(api.parent.parent).as_posix()
        )
        for source in sources
    }


def untranslated(wanted: dict[Path, str]) -> list[str]:
    """Words of the awaiting colour that no rule took away: `file:line: word`."""
    return [
        f"{path}:{number}: {found[0]!r} has no blocking form; put it in another room"
        for path, text in wanted.items()
        for number, line in enumerate(text.splitlines()[1:], start=1)
        if (found := LEFT_OVER.search(line))
    ]


def stale(api: Path, wanted: dict[Path, str]) -> list[str]:
    """What lies in _sync and should not, or should and does not."""
    there = set((api / "_sync").rglob("*.py"))
    same = {path for path in there if path.read_text("utf-8") == wanted.get(path)}
    return [
        *(f"{path}: stale, run python -m tools.unasync" for path in wanted if path not in same),
        *(f"{path}: has no source in _async" for path in sorted(there - set(wanted))),
    ]


def write(api: Path, wanted: dict[Path, str]) -> None:
    """Make _sync hold exactly the twins."""
    for path in set((api / "_sync").rglob("*.py")) - set(wanted):
        path.unlink()
    for path, text in wanted.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


def main(arguments: list[str], api: Path = API) -> int:
    """Write or check; the exit code is 1 when something is wrong."""
    wanted = twins(api)
    flaws = untranslated(wanted)
    if "--check" in arguments:
        flaws += stale(api, wanted)
    elif not flaws:
        write(api, wanted)
    print(*flaws, sep="\n", end="\n" if flaws else "", file=sys.stderr)
    return bool(flaws)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
