"""The command line: `connectlib`."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line; typer and rich come with the extra `cli`."""
    try:
        from connectlib.cli.app import app
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] not in {"typer", "rich"}:
            raise
        print(
            f'The command line needs {error.name}: pip install "connectlib[cli]"',
            file=sys.stderr,
        )
        raise SystemExit(3) from None
    app()
