"""The command line: `connectlib`."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any


class Out:
    """Standard output that goes nowhere once nobody reads it, so that `| head` ends quietly.

    The command runs to its end, and its exit code keeps its meaning.
    """

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write, or pretend to."""
        try:
            written: int = self._stream.write(text)
        except BrokenPipeError:
            self._go_nowhere()
            return len(text)
        return written

    def flush(self) -> None:
        """Flush what somebody may still read."""
        try:
            self._stream.flush()
        except BrokenPipeError:
            self._go_nowhere()

    def _go_nowhere(self) -> None:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self._stream.fileno())
        os.close(nowhere)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


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
    program = Path(sys.argv[0])
    sys.stdout = Out(sys.stdout)
    app(prog_name="python -m connectlib" if program.name == "__main__.py" else None)
