"""All three stores pass the kit that others must pass."""

from __future__ import annotations

import itertools

import pytest

from connectlib.adapters.memory.store import MemoryStore
from connectlib.adapters.sql.opening import open_store
from connectlib.testing.store_kit import StoreKit
from tests.conftest import _TEMPLATE

_numbers = itertools.count()


class TestMemory(StoreKit):
    def open(self):
        return MemoryStore()


class TestSqlite(StoreKit):
    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path):
        self.folder = tmp_path

    def open(self):
        return open_store(f"sqlite:///{self.folder}/{next(_numbers)}.db")


class TestSqliteInMemory(StoreKit):
    def open(self):
        return open_store("sqlite://")


class TestPostgres(StoreKit):
    @pytest.fixture(autouse=True)
    def _server(self, postgres, _template):
        self.server = postgres

    def open(self):
        name = f"kit{next(_numbers)}"
        return open_store(self.server.create(name, template=_TEMPLATE))
