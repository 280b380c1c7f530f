"""Open the rooms of a new resource: `make new NAME=topups`.

Writes a stub on every floor and never touches a file that is already there. What no stub can give
(the line in the client, the migration, the docs page, the tests) is printed as a list.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

#: path below connectlib -> the first line of its docstring.
ROOMS = {
    "core/{name}.py": "{title}: values, machine and decisions.",
    "wire/params/{name}.py": "What a request about {words} may say.",
    "wire/objects/{name}.py": "How {words} look outside.",
    "flows/{name}.py": "The order of effects for {words}.",
    "adapters/sql/tables/{name}.py": "The tables of {words}.",
    "api/_async/resources/{name}.py": "connect.{name}.",
}

REMAINING = """still to do for {words}:
  - a line in connectlib/api/_async/client.py, then: python -m tools.unasync
  - a migration in alembic/versions
  - the resource in tests/house/test_rooms.py
  - tests beside its rooms, a docs page, a line in CHANGELOG.md"""


def open_rooms(name: str, package: Path) -> list[Path]:
    """The stubs written, in the order of the floors; rooms already open are left alone."""
    words = name.replace("_", " ")
    written = []
    for room, line in ROOMS.items():
        path = package / room.format(name=name)
        if path.exists():
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        first = line.format(name=name, words=words, title=words.capitalize())
        path.write_text(f'"""{first}"""\n\nfrom __future__ import annotations\n', "utf-8")
        written.append(path)
    return written


def main(arguments: list[str]) -> int:
    """Open the rooms of the resource named by the only argument."""
    name = arguments[0] if len(arguments) == 1 else ""
    if not re.fullmatch(r"[a-z]+(_[a-z]+)*s", name):
        print("say which, in the plural: make new NAME=topups", file=sys.stderr)
        return 2
    for path in open_rooms(name, ROOT / "connectlib"):
        print("wrote", path.relative_to(ROOT))
    print(REMAINING.format(words=name.replace("_", " ")))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
