"""Files and their links on every store, in both colours."""

from __future__ import annotations

import io
import json

import pytest

from connectlib import ConfigurationError, Connect, DirectoryFiles, MemoryFiles, VirtualClock
from connectlib.api.errors import (
    APIError,
    IdempotencyError,
    InvalidRequestError,
    PermissionError,  # noqa: A004
    TransactionError,
)
from connectlib.core import files
from connectlib.core.book import Request
from connectlib.core.file_commands import CreateFile
from connectlib.flows import files as flow
from connectlib.ports.steps import PutFile, Transact
from connectlib.runtime.run import perform, run
from tests.engines import engine, restart

PDF = b"%PDF-1.7 what was bought"
PNG = b"\x89PNG\r\n\x1a\n pixels"
SENT = {"file": PDF, "purpose": "dispute_evidence"}


@pytest.fixture
def connect(opened):
    return opened(files=MemoryFiles())[0]


def test_a_file_is_what_was_uploaded(connect, tmp_path) -> None:
    path = tmp_path / "bill.pdf"
    path.write_bytes(PDF)
    for given, name in [
        (PDF, None),
        (bytearray(PDF), None),
        (path, "bill.pdf"),
        (io.BytesIO(PDF), None),
        (("../../etc/bill.pdf", PDF), "bill.pdf"),
        (("C:\\x\\bill.pdf", io.BytesIO(PDF)), "bill.pdf"),
        (("..", PDF), None),
    ]:
        made = connect.files.create(file=given, purpose="dispute_evidence")
        assert (made.filename, made.size, made.type) == (name, len(PDF), "pdf")
        assert connect.files.contents(made.id) == PDF
        assert connect.files.retrieve(made.id) == made
    with path.open("rb") as file:
        assert connect.files.create(file=file, purpose="pci_document").filename == "bill.pdf"
        assert not file.closed
    assert len(connect.files.list(purpose="dispute_evidence").data) == 7
    assert len(connect.files.list().data) == 8


def test_it_is_told_once_as_it_is(connect) -> None:
    made = connect.files.create(**SENT, idempotency_key="k")
    again = connect.files.create(**SENT, idempotency_key="k")
    assert again == made
    (event,) = connect.events.list(type="file.created").data
    assert event.data.object.id == made.id
    assert event.request.idempotency_key == "k"
    with pytest.raises(IdempotencyError):
        connect.files.create(file=PDF + b"!", purpose="dispute_evidence", idempotency_key="k")
    assert len(connect.files.list().data) == 1


def test_a_file_lives_in_its_namespace(connect) -> None:
    ada = connect.testing.account()
    made = connect.files.create(**SENT, account=ada.id)
    assert connect.files.contents(made.id, account=ada.id) == PDF
    for verb in (connect.files.retrieve, connect.files.contents):
        with pytest.raises(InvalidRequestError, match="No such file upload"):
            verb(made.id)
    with pytest.raises(PermissionError):
        connect.files.create(**SENT, account="acct_none")


#: (what is given, param, words of the message)
WRONG = [
    ({}, "file", "Missing required param: file"),
    ({"file": PDF}, "purpose", "Missing required param: purpose"),
    ({"file": PDF, "purpose": "holiday"}, "purpose", "must be one of account_requirement"),
    ({"file": PDF, "purpose": 3}, "purpose", "Invalid string"),
    ({"file": b"", "purpose": "pci_document"}, "file", "is empty"),
    ({"file": "bill.pdf", "purpose": "pci_document"}, "file", "Invalid file"),
    ({"file": io.StringIO("x"), "purpose": "pci_document"}, "file", "text, not bytes"),
    ({"file": 7, "purpose": "pci_document"}, "file", "Invalid file"),
    ({"file": (7, PDF), "purpose": "pci_document"}, "file", "Invalid file name"),
    ({"file": ("a\x00.pdf", PDF), "purpose": "pci_document"}, "file", "control character"),
    ({"file": PNG, "purpose": "pci_document"}, "file", "is a png file"),
    ({"file": b"MZ", "purpose": "pci_document"}, "file", "type that is not known"),
    ({"file": PNG + b"." * 524_288, "purpose": "business_logo"}, "file", "at most 512 KB"),
    ({**SENT, "file_link_data": {}}, "file_link_data[create]", "Missing"),
    ({**SENT, "file_link_data": {"create": True, "x": 1}}, "file_link_data[x]", "unknown"),
    (
        {**SENT, "file_link_data": {"create": True, "expires_at": 1}},
        "file_link_data[expires_at]",
        "in the future",
    ),
    ({**SENT, "colour": "red"}, "colour", "unknown parameter"),
]


@pytest.mark.parametrize(
    ("given", "param", "words"), WRONG, ids=[str(n) for n in range(len(WRONG))]
)
def test_a_wrong_upload_is_refused_and_nothing_is_kept(given, param, words) -> None:
    store = MemoryFiles()
    with Connect(files=store) as connect:
        with pytest.raises(InvalidRequestError) as caught:
            connect.files.create(**given)
        assert (caught.value.param, caught.value.http_status) == (param, 400)
        assert words in caught.value.message
        assert (connect.files.list().data, store._kept) == ([], {})


def test_a_file_of_the_greatest_size_is_taken(connect) -> None:
    most = files.PURPOSES["business_logo"].size_max
    made = connect.files.create(file=PNG + b"." * (most - len(PNG)), purpose="business_logo")
    assert made.size == most


def test_a_path_that_is_not_there_is_refused(connect, tmp_path) -> None:
    with pytest.raises(InvalidRequestError, match="No such file or directory") as caught:
        connect.files.create(file=tmp_path / "none.pdf", purpose="pci_document")
    assert str(tmp_path) not in caught.value.message


def test_an_expired_file_cannot_be_read(connect) -> None:
    made = connect.files.create(file=PNG, purpose="customer_signature")
    link = connect.file_links.create(file=made.id)
    connect.clock.advance(days=7)
    for verb in (
        lambda: connect.files.contents(made.id),
        lambda: connect.file_links.open(link.url),
        lambda: connect.file_links.create(file=made.id),
    ):
        with pytest.raises(InvalidRequestError, match="No such file"):
            verb()
    assert connect.files.retrieve(made.id).expires_at == made.created + 7 * 86_400


def test_test_tokens_are_files(connect) -> None:
    for id_ in files.KNOWN:
        assert connect.files.retrieve(id_).id == id_
        assert connect.files.contents(id_) == files.KNOWN_BYTES
    with pytest.raises(InvalidRequestError, match="No such file upload"):
        connect.files.retrieve("file_identity_document_perhaps")


# links


def test_a_link_opens_until_it_expires(connect) -> None:
    made = connect.files.create(**SENT, file_link_data={"create": True, "metadata": {"a": "b"}})
    (first,) = made.links.data
    assert (first["metadata"], first["expires_at"]) == ({"a": "b"}, None)
    until = made.created + 3_600
    link = connect.file_links.create(file=made.id, expires_at=until, metadata={"c": "d"})
    assert connect.file_links.open(link.url.rpartition("/")[2]).data == PDF
    assert connect.file_links.update(link.id, metadata={"c": ""}).metadata == {}
    connect.clock.advance(seconds=3_599)
    assert connect.file_links.open(link.url).media_type == "application/pdf"
    connect.clock.advance(seconds=1)
    with pytest.raises(InvalidRequestError, match="No such file link"):
        connect.file_links.open(link.url)
    found = connect.file_links.retrieve(link.id)
    assert (found.expired, found.url, found.expires_at) == (True, None, until)
    with pytest.raises(InvalidRequestError, match="can no longer be updated"):
        connect.file_links.update(link.id, metadata={"e": "f"})
    assert [each.id for each in connect.file_links.list(expired=True)] == [link.id]
    assert [each.id for each in connect.file_links.list(expired=False)] == [first["id"]]
    assert len(connect.files.retrieve(made.id).links.data) == 2
    assert connect.file_links.open(first["url"]).file.id == made.id


def test_a_link_can_be_ended_and_its_end_taken_away(connect) -> None:
    made = connect.files.create(**SENT)
    link = connect.file_links.create(file=made.id, expires_at=made.created + 60)
    assert connect.file_links.update(link.id, expires_at="").expires_at is None
    ended = connect.file_links.update(link.id, expires_at="now", idempotency_key="end")
    assert (ended.expired, ended.url) == (True, None)
    assert connect.file_links.update(link.id, expires_at="now", idempotency_key="end") == ended


def test_a_wrong_token_opens_nothing_and_says_no_more(connect) -> None:
    made = connect.files.create(**SENT, file_link_data={"create": True})
    url = made.links.data[0]["url"]
    for wrong in (url[:-1] + ("1" if url[-1] == "0" else "0"), url[:-1], made.id, "x", "links/"):
        with pytest.raises(InvalidRequestError, match="No such file link: '…'") as caught:
            connect.file_links.open(wrong)
        assert (caught.value.code, caught.value.param) == ("resource_missing", "token")


@pytest.mark.parametrize(
    ("given", "param"),
    [
        ({}, "file"),
        ({"file": "file_none"}, "file"),
        ({"file": "sent", "expires_at": 1}, "expires_at"),
        ({"file": "sent", "expires_at": "now"}, "expires_at"),
        ({"file": "secret"}, "file"),
        ({"file": "file_identity_document_success"}, "file"),
    ],
)
def test_a_wrong_link_is_refused(given, param) -> None:
    with Connect() as connect:
        names = {
            "sent": connect.files.create(**SENT).id,
            "secret": connect.files.create(file=PDF, purpose="identity_document").id,
        }
        given = {name: names.get(value, value) for name, value in given.items()}
        with pytest.raises(InvalidRequestError) as caught:
            connect.file_links.create(**given)
        assert (caught.value.param, caught.value.http_status) == (param, 400)


@pytest.mark.parametrize("until", [True, "soon", 1, -1, 2.5])
def test_a_wrong_end_of_a_link_is_refused(until) -> None:
    with Connect() as connect:
        link = connect.file_links.create(file=connect.files.create(**SENT).id)
        with pytest.raises(InvalidRequestError) as caught:
            connect.file_links.update(link.id, expires_at=until)
        assert caught.value.param == "expires_at"
        assert connect.file_links.retrieve(link.id) == link
    with Connect() as connect, pytest.raises(InvalidRequestError, match="Invalid boolean"):
        connect.file_links.list(expired=str(until))


def test_a_database_without_a_file_store_says_so(tmp_path) -> None:
    with Connect(f"sqlite:///{tmp_path}/x.db", clock=VirtualClock()) as connect:
        with pytest.raises(ConfigurationError, match="no file store") as caught:
            connect.files.create(**SENT)
        assert "DirectoryFiles" in caught.value.hint
    with pytest.raises(ConfigurationError, match="files must be"):
        Connect(files="uploads")


def test_damaged_bytes_are_not_given(tmp_path) -> None:
    with Connect(files=DirectoryFiles(tmp_path)) as connect:
        made = connect.files.create(**SENT)
        (place,) = [each for each in tmp_path.rglob("*") if each.is_file()]
        place.write_bytes(PDF[:-1])
        with pytest.raises(APIError, match="damaged"):
            connect.files.contents(made.id)
        place.unlink()
        with pytest.raises(APIError, match="gone"):
            connect.files.contents(made.id)


def test_bytes_do_not_go_with_somebody_elses_transaction(tmp_path) -> None:
    from connectlib import sqlite_engine

    url, store = f"sqlite:///{tmp_path}/x.db", MemoryFiles()
    with Connect(url, clock=VirtualClock(), files=store) as connect:
        made = connect.files.create(**SENT)
        with sqlite_engine(url).begin() as session, connect.transaction(session):
            for verb in (
                lambda: connect.files.create(**SENT),
                lambda: connect.files.contents(made.id),
            ):
                with pytest.raises(TransactionError, match="do not belong"):
                    verb()
            link = connect.file_links.create(file=made.id)
        assert connect.file_links.open(link.url).data == PDF
        assert len(store._kept) == 1


class Writing(MemoryFiles):
    """A file store that writes into the database of its caller by another connection.

    It would wait in vain for a transaction that is open meanwhile.
    """

    other = None

    def _write(self):
        if self.other is not None:
            self.other.customers.create(name="meanwhile")

    def put(self, key, chunks):
        self._write()
        super().put(key, chunks)

    def get(self, key):
        self._write()
        return super().get(key)

    def delete(self, key):
        self._write()
        super().delete(key)


def test_no_transaction_is_open_while_bytes_are_moved(tmp_path) -> None:
    url, store = f"sqlite:///{tmp_path}/x.db", Writing()
    with (
        Connect(url, clock=VirtualClock(), files=store) as connect,
        Connect(url, clock=VirtualClock()) as other,
    ):
        store.other = other
        made = connect.files.create(**SENT, idempotency_key="k")
        assert connect.files.contents(made.id) == PDF
        connect.files.create(**SENT, idempotency_key="k")
        assert len(other.customers.list().data) == 4
        assert len(store._kept) == 1


# stopped anywhere


def uploading(of, request):
    """The two flows of an upload, as one: what a call does."""
    stored = yield from flow.put("dispute_evidence", [PDF])
    command = CreateFile(of.world.account, "dispute_evidence", *stored, "bill.pdf", "pdf")
    found = yield from flow.create(of.ground, command, request)
    return found


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
def test_an_upload_stopped_anywhere_leaves_no_file_or_a_whole_one(kind, tmp_path) -> None:
    for stop in range(6):
        url = None if kind == "memory" else f"sqlite:///{tmp_path}/{stop}.db"
        store = DirectoryFiles(tmp_path / str(stop))
        of = engine(url, files=store, cache=False)
        request = Request(of.world.account, "key", "print")
        going, steps = uploading(of, request), []
        try:
            step = next(going)
            for _ in range(stop):
                steps.append(type(step))
                step = going.send(perform(of, step))
        except StopIteration:
            pass
        going.close()
        again = restart(of)
        seen = Connect.over(again)
        there = seen.files.list().data
        assert len(there) == (Transact in steps)
        assert all(seen.files.contents(each.id) == PDF for each in there)
        made = run(again, uploading(again, request))
        assert [each.id for each in seen.files.list()] == [made.id]
        assert not there or there[0].id == made.id
        assert seen.files.contents(made.id) == PDF
        kept = [each for each in (tmp_path / str(stop)).rglob("*") if each.is_file()]
        lost = steps == [PutFile]
        assert len(kept) == 1 + lost


class Failing(MemoryFiles):
    def put(self, key, chunks):
        super().put(key, chunks)
        raise OSError("disk full at /secret/place")


def test_a_store_that_fails_is_a_fault_without_its_words() -> None:
    with Connect(files=Failing()) as connect:
        with pytest.raises(APIError, match="it raised OSError") as caught:
            connect.files.create(**SENT)
        assert "secret" not in json.dumps(caught.value.json_body)
        assert connect.files.list().data == []
