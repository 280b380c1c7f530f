"""Every file store: bytes under a key, whole or not at all."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from connectlib import DirectoryFiles, MemoryFiles
from connectlib.ports.files import FilesFault


@pytest.fixture(params=["memory", "directory"])
def store(request, tmp_path):
    return MemoryFiles() if request.param == "memory" else DirectoryFiles(tmp_path / "files")


def test_what_is_put_can_be_got(store) -> None:
    store.put("KEY_1", [b"ab", b"", b"c" * 100_000])
    assert b"".join(store.get("KEY_1")) == b"ab" + b"c" * 100_000
    assert store.stat("KEY_1") == 100_002


def test_what_is_deleted_is_gone(store) -> None:
    store.put("KEY_1", [b"ab"])
    store.delete("KEY_1")
    store.delete("KEY_1")
    assert store.stat("KEY_1") is None
    with pytest.raises(KeyError):
        store.get("KEY_1")


def broken():
    yield b"half"
    raise RuntimeError("the line went dead")


def test_what_breaks_off_is_not_there(store, tmp_path) -> None:
    with pytest.raises(RuntimeError, match="went dead"):
        store.put("KEY_1", broken())
    assert store.stat("KEY_1") is None
    assert [each for each in tmp_path.rglob("*") if each.is_file()] == []


def test_what_breaks_off_leaves_what_was_there(store) -> None:
    store.put("KEY_1", [b"whole"])
    with pytest.raises(RuntimeError):
        store.put("KEY_1", broken())
    assert b"".join(store.get("KEY_1")) == b"whole"


@pytest.mark.parametrize("key", ["", "../x", "a/b", "a.part", "a\x00", "é", "a" * 129, "."])
def test_a_directory_takes_no_key_that_leads_elsewhere(tmp_path, key) -> None:
    store = DirectoryFiles(tmp_path)
    for verb in (lambda: store.put(key, [b"x"]), lambda: store.get(key), lambda: store.stat(key)):
        with pytest.raises(ValueError, match="no key"):
            verb()
    assert list(tmp_path.iterdir()) == []


def test_files_can_be_read_by_their_owner_alone(tmp_path) -> None:
    DirectoryFiles(tmp_path).put("KEY_1", [b"x"])
    (found,) = [each for each in tmp_path.rglob("*") if each.is_file()]
    assert found.stat().st_mode & 0o777 == 0o600


CHILD = """
import os, sys
from connectlib import DirectoryFiles
def chunks():
    yield b"half"
    os._exit(9)
DirectoryFiles(sys.argv[1]).put("KEY_1", chunks())
"""


def test_a_writer_that_dies_leaves_nothing_that_can_be_seen(tmp_path) -> None:
    found = subprocess.run([sys.executable, "-c", CHILD, str(tmp_path)], check=False)
    assert found.returncode == 9
    store = DirectoryFiles(tmp_path)
    assert store.stat("KEY_1") is None
    assert store.sweep() == 1
    assert store.sweep() == 0
    store.put("KEY_1", [b"whole"])
    assert store.sweep() == 0
    assert store.stat("KEY_1") == 5


def test_a_fault_of_the_system_is_told_without_the_path(tmp_path) -> None:
    place = tmp_path / "taken"
    place.write_bytes(b"")
    with pytest.raises(FilesFault) as caught:
        DirectoryFiles(place / os.curdir / "x").put("KEY_1", [b"x"])
    assert "taken" not in str(caught.value)
