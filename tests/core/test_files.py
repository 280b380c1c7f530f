"""What files are, by their bytes; every state of a link to one x every move."""

from __future__ import annotations

import itertools

import pytest

from connectlib.core import file_links, files, secret_tokens
from connectlib.core.file_commands import CreateFile, CreateFileLink, LinkData, UpdateFileLink
from connectlib.core.refusals import Refused, Why
from connectlib.core.rows import File, FileLink
from tests.core.states import AT, WORLD, book

PDF, PNG, JPG = b"%PDF-1.7", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0"
ZIP = b"PK\x03\x04"

TYPES = [
    (PDF, None, "pdf"),
    (PDF, "me.png", "pdf"),
    (PNG, "x", "png"),
    (JPG, "x.pdf", "jpg"),
    (b"GIF89a", "x", "gif"),
    (b"GIF88a", "x.gif", None),
    (b"\x89PNG", "x.png", None),
    (ZIP, "a.docx", "docx"),
    (ZIP, "a.XLSX", "xlsx"),
    (ZIP, "a.pdf", None),
    (ZIP, "a.csv", None),
    (b"a,b", "a.csv", "csv"),
    (b"a,b", "a.docx", None),
    (b"a\x00b", "a.csv", None),
    (b"# a", "a.markdown", "md"),
    (b"a", None, None),
    (b"MZ", "setup.exe", None),
]


@pytest.mark.parametrize(("head", "name", "type_"), TYPES)
def test_the_bytes_say_what_a_file_is(head, name, type_) -> None:
    assert files.type_of(head, name) == type_


@pytest.mark.parametrize("purpose", files.PURPOSES)
def test_a_purpose_takes_its_types_alone(purpose) -> None:
    every = {type_ for each in files.PURPOSES.values() for type_ in each.types} | {None}
    taken = {type_ for type_ in every if files.refuse(purpose, type_, b"x") is None}
    assert taken == set(files.PURPOSES[purpose].types)
    empty = files.refuse(purpose, "pdf", b"")
    assert empty is not None
    assert (empty.why, empty.param) == (Why.INVALID_EMPTY, "file")


def file(purpose="dispute_evidence", **changes) -> File:
    row = File(0, "file_1", 1, "acct_P", 1, AT, purpose, "k", 8, "d", file_links.FOREVER)
    return row._replace(**{"url": "https://x/files/file_1/contents", **changes})


URL = f"https://x/links/{'0' * 29}{'s' * 32}"


def link(state: str) -> FileLink:
    until = AT + 1 if state == "live" else AT
    return FileLink(0, "link_1", 1, "acct_P", 1, AT, "file_1", until, URL)


def _update(of, **words):
    found = file_links.update(of, UpdateFileLink("link_1", "acct_P", **words), None)
    if isinstance(found, Refused):
        assert (found.why, found.param) == (Why.FILE_LINK_EXPIRED, "id")
        return False
    of.absorb(found.draft)
    return True


def _open(of):
    return file_links.refuse_open(of.rows["link_1"], "s" * 32, of.at) is None


MOVES = {
    "open": _open,
    "update": lambda of: _update(of, expires_at=AT + 9),
    "expire": lambda of: _update(of, is_ended=True),
}


@pytest.mark.parametrize(
    ("state", "move"), list(itertools.product(sorted(file_links.MACHINE.states), MOVES))
)
def test_a_move_is_made_where_the_table_says_and_only_there(state, move) -> None:
    of = book(link(state))
    made = MOVES[move](of)
    after = file_links.MACHINE.next(state, move)
    assert made is (after is not None)
    assert file_links.state(of.rows["link_1"], AT) == (after or state)


def test_every_move_has_a_test() -> None:
    assert file_links.MACHINE.moves == set(MOVES)


def test_a_link_lives_until_its_moment_and_not_in_it() -> None:
    row = link("live")
    assert file_links.state(row, row.expires_at - 1) == "live"
    assert file_links.state(row, row.expires_at) == "expired"


@pytest.mark.parametrize(
    ("changes", "data", "param"),
    [
        ({"url": None}, LinkData(), "file"),
        ({"expires_at": AT}, LinkData(), "file"),
        ({"account": "acct_A"}, LinkData(), "file"),
        ({}, LinkData(AT), "expires_at"),
    ],
)
def test_a_link_is_refused(changes, data, param) -> None:
    of = book(file(**changes))
    command = CreateFileLink("acct_P", "file_1", data)
    found = file_links.create(of, command, None, hosted="https://x")
    assert isinstance(found, Refused)
    assert found.param == param


def test_a_file_whose_link_is_refused_is_not_made() -> None:
    command = CreateFile("acct_P", "identity_document", "k", 8, "d", link=LinkData())
    found = files.create(book(), command, None, hosted="https://x")
    assert isinstance(found, Refused)
    assert found.param == "file_link_data"


@pytest.mark.parametrize("purpose", files.PURPOSES)
def test_a_file_ends_when_its_purpose_says(purpose) -> None:
    found = files.create(book(), CreateFile("acct_P", purpose, "k", 8, "d"), None, hosted="h")
    assert not isinstance(found, Refused)
    row, keep = found.value, files.PURPOSES[purpose].keep
    if keep is None:
        assert files.readable(row, 2**62) is None
    else:
        assert files.readable(row, AT + keep - 1) is None
        assert files.readable(row, AT + keep) is not None


def test_test_tokens_are_files_in_test_mode_only() -> None:
    for id_, known in files.KNOWN.items():
        found = files.known(id_, WORLD, "acct_A")
        assert found is not None
        assert (found.account, found.type) == ("acct_A", "png")
        assert files.known(id_, WORLD._replace(livemode=1), "acct_A") is None
        assert known.outcome in {"verified", "unverified"}
    assert files.type_of(files.KNOWN_BYTES, None) == "png"


ID, SECRET = f"link_{'0' * 29}", "s" * 32


def test_a_token_leads_to_its_object_and_back() -> None:
    text = secret_tokens.token(ID, SECRET)
    for given in (text, f"https://x/links/{text}", f"https://x/links/{text}/?a=b#c"):
        assert secret_tokens.split(given, "link") == (ID, SECRET)
    for wrong in ("", text[:-1], text + "a", text.replace("s", "é"), text.replace("s", "."), "/"):
        assert secret_tokens.split(wrong, "link") is None


def test_of_the_tokens_of_an_object_the_latest_fit() -> None:
    secrets = [f"{n:032d}" for n in range(secret_tokens.DIGESTS_MAX + 2)]
    kept = secret_tokens.first(ID, secrets[0])
    for secret in secrets[1:]:
        kept = secret_tokens.more(kept, ID, secret)
    found = [secret for secret in secrets if secret_tokens.fits(kept, ID, secret)]
    assert found == secrets[2:]
    assert not any(secret in kept for secret in secrets)
    assert not secret_tokens.fits(kept, ID.replace("0", "1"), secrets[-1])
