"""Settlement files that cannot be read: one typed error that names row and column."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from connectlib import Connect, InvalidRequestError
from connectlib.adapters.settlement_files import read
from connectlib.core.reconciliation import Entry
from connectlib.wire.errors import Invalid

HEAD = "key,kind,amount,currency,created"
GOOD = {"key": "ch_1", "kind": "charge", "amount": "100", "currency": "usd", "created": "5"}
ENTRY = Entry("ch_1", "charge", 100, "usd", 5_000_000)


def text(**changes) -> str:
    """A file whose second row, on line 3, has other values."""
    found = io.StringIO()
    writer = csv.writer(found)
    writer.writerows([HEAD.split(","), GOOD.values(), (GOOD | changes).values()])
    return found.getvalue()


VALUES = [
    ("key", "", "parameter_missing"),
    ("key", "x" * 256, "parameter_invalid"),
    ("key", "a\x00b", "parameter_invalid"),
    ("key", "4242 4242 4242 4242", "parameter_invalid"),
    ("kind", "", "parameter_missing"),
    ("kind", "payout", "parameter_invalid"),
    ("amount", "", "parameter_missing"),
    ("amount", "0", "parameter_invalid_integer"),
    ("amount", "-100", "parameter_invalid_integer"),
    ("amount", "+100", "parameter_invalid_integer"),
    ("amount", "1.00", "parameter_invalid_integer"),
    ("amount", "1e3", "parameter_invalid_integer"),
    ("amount", "1_000", "parameter_invalid_integer"),
    ("amount", "١٠٠", "parameter_invalid_integer"),
    ("amount", "4242 4242 4242 4242", "parameter_invalid_integer"),
    ("created", "4242-4242-4242-4242", "parameter_invalid"),
    ("amount", "9" * 30, "parameter_invalid_integer"),
    ("amount", "9" * 18, "parameter_invalid_integer"),
    ("currency", "", "parameter_missing"),
    ("currency", "xxx", "invalid_currency"),
    ("currency", "$", "invalid_currency"),
    ("created", "", "parameter_missing"),
    ("created", "yesterday", "parameter_invalid"),
    ("created", "0", "parameter_invalid"),
    ("created", "-5", "parameter_invalid"),
    ("created", "9" * 18, "parameter_invalid"),
    ("created", "2026-02-30", "parameter_invalid"),
    ("created", "02/11/2026", "parameter_invalid"),
]


@pytest.mark.parametrize(("column", "value", "code"), VALUES)
def test_a_value_that_cannot_be_meant_is_named_with_row_and_column(column, value, code) -> None:
    for given_, place in (
        (text(**{column: value}), "line 3"),
        ([GOOD, GOOD | {column: value}], "row 2"),
    ):
        with pytest.raises(Invalid) as caught:
            read(given_)
        refused = caught.value.refused
        assert refused.param == f"settlement[{place}][{column}]"
        assert (refused.code or refused.why.code) == code
        assert refused.message.startswith(f"Invalid settlement, {place}, column {column}: ")
        assert refused.hint
        assert "4242" not in refused.message


@pytest.mark.parametrize(
    ("given_", "param", "said"),
    [
        ("\n", "[line 1][key]", "no column key"),
        ("key,kind,amount,currency\n", "[line 1][created]", "no column created"),
        (f"{HEAD},key\n", "[line 1][key]", "more than one column key"),
        (f"{HEAD}\nch_1,charge\n", "[line 2]", "2 columns, where the first line names 5"),
        (f"{HEAD}\n\n\nch_1,charge,1,usd,5,6\n", "[line 4]", "6 columns"),
        (f'{HEAD}\nch_1,"charge,1,usd,5\n', "", "line 2"),
        (f"{HEAD}\nch_1,{'x' * 200_000},1,usd,5\n", "", "field larger"),
        (b"key\xff\n", "", "no UTF-8 at byte 3"),
        ("nowhere.csv", "", "nowhere.csv cannot be read: No such file"),
        ("", "", "cannot be read"),
        ("a\x00b", "", "cannot be read"),
        (7, "", "int"),
        ({"key": "ch_1"}, "", "dict"),
        ([GOOD, "ch_1,charge"], "[row 2]", "ch_1,charge"),
        ([GOOD | {"amount": 1.0}], "[row 1][amount]", "float"),
        ([GOOD | {"amount": True}], "[row 1][amount]", "bool"),
        ([{**GOOD, "kind": 5}], "[row 1][kind]", "int"),
        ([{**GOOD, "currency": 5}], "[row 1][currency]", "int"),
        ([{**GOOD, "created": 5.0}], "[row 1][created]", "5.0"),
        ([{}], "[row 1][key]", "there is no value"),
    ],
)
def test_what_is_no_settlement_is_one_typed_error(
    given_, param, said, tmp_path, monkeypatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with Connect() as connect, pytest.raises(InvalidRequestError) as caught:
        connect.reconciliation.run(
            since="2026-11-02", until="2026-11-03", settlement=given_, processor=False
        )
    assert caught.value.param == f"settlement{param}"
    assert said in caught.value.message
    assert (caught.value.http_status, caught.value.hint is not None) == (400, True)


def test_a_file_that_is_no_text_is_one_typed_error(tmp_path) -> None:
    path = tmp_path / "settled.csv"
    for content, said in ((b"\xff\xfe\x00", "decode"), (b"", "no column key")):
        path.write_bytes(content)
        with pytest.raises(Invalid, match=said):
            read(path)
    with pytest.raises(Invalid, match="cannot be read: Is a directory"):
        read(tmp_path)


GIVEN = [
    text(),
    text().replace("\r\n", "\n"),
    text().replace("\r\n", "\n\n") + "\n , , , , \n",
    "\ufeff" + text().replace("key,kind", " KEY , Kind "),
    text(kind="Charge", currency="USD", amount="00100", created=" 1970-01-01T00:00:05 "),
    text().encode("utf-8-sig"),
    text(created="1970-01-01T01:00:05+01:00", key='"ch_1"'.strip('"')),
    [GOOD, {**GOOD, "amount": 100, "created": 5, "more": object()}],
    iter([GOOD, {**GOOD, "created": datetime(1970, 1, 1, 0, 0, 5, tzinfo=UTC)}]),
]


@pytest.mark.parametrize("given_", GIVEN)
def test_what_can_be_meant_is_taken(given_) -> None:
    assert read(given_) == [ENTRY, ENTRY]


def test_a_day_is_its_beginning_and_columns_come_in_any_order() -> None:
    (entry,) = read([{**GOOD, "created": date(1970, 1, 2)}])
    assert entry.created == 86_400_000_000
    lines = "created,currency,fee,amount,kind,key\n5,usd,1,100,charge,ch_1\n"
    assert read(lines) == [ENTRY]


@given(noise=st.text(max_size=60), at=st.integers(0, 60), cut=st.integers(0, 30))
@example(noise='"', at=0, cut=0)
@example(noise="\r", at=33, cut=1)
def test_noise_is_read_or_refused(noise, at, cut) -> None:
    good = f"{HEAD}\nch_1,charge,100,usd,5\n"
    spoiled = good[:at] + noise + good[at + cut :] + "\n"
    try:
        found = read(spoiled)
    except Invalid as invalid:
        assert invalid.refused.param.startswith("settlement")
    else:
        for entry in found:
            assert (entry.kind in {"charge", "refund"}, entry.amount > 0) == (True, True)


@given(noise=st.binary(max_size=80))
def test_any_bytes_are_read_or_refused(noise) -> None:
    try:
        read(noise)
    except Invalid as invalid:
        assert invalid.refused.param.startswith("settlement")
