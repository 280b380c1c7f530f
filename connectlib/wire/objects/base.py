"""Objects as Stripe shows them: read by attribute or by name, immutable, rendered when asked.

An object keeps the row it was made of; its fields are made at the first look.
"""

from __future__ import annotations

import json
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from connectlib.core.money import display
from connectlib.wire.money import to_money

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

    from moneyed import Money


class Hash(dict[str, Any]):
    """A map inside an object: `card["last4"]` and `card.last4` are the same."""

    def __getattr__(self, name: str) -> Any:
        """The value under a name."""
        try:
            return _wrap(self[name])
        except KeyError:
            raise AttributeError(f"there is no field {name!r}; there are {list(self)}") from None


def _wrap(value: Any) -> Any:
    if type(value) is dict:
        return Hash(value)
    if type(value) is list:
        return [_wrap(each) for each in value]
    return value


class StripeObject:
    """The base of all objects. Two are equal when they show the same."""

    __slots__ = ("_fields", "_livemode", "_row")

    #: Stripe's name of the kind.
    OBJECT = ""

    def __init__(self, row: Any, *, livemode: bool = False) -> None:
        _set_row(self, row)
        _set_livemode(self, livemode)
        _set_fields(self, None)

    def _render(self) -> dict[str, Any]:
        raise NotImplementedError

    def _shown(self) -> dict[str, Any]:
        fields: dict[str, Any] | None = self._fields
        if fields is None:
            fields = self._render()
            _set_fields(self, fields)
        return fields

    def to_dict(self) -> dict[str, Any]:
        """Stripe's JSON object, as a new dict."""
        return deepcopy(self._shown())

    @property
    def money(self) -> Money:
        """The amount as a py-moneyed Money."""
        return to_money(self._row.amount, self._row.currency)

    def __getattr__(self, name: str) -> Any:
        """The field of a name."""
        try:
            return _wrap(self._shown()[name])
        except KeyError:
            raise AttributeError(f"{type(self).__name__} has no field {name!r}") from None

    def __getitem__(self, name: str) -> Any:
        """The field of a name."""
        return _wrap(self._shown()[name])

    def __setattr__(self, name: str, value: object) -> None:
        """Refuse: objects are answers, changed by the verbs of their resource."""
        raise AttributeError(f"{type(self).__name__} is read-only: use update() of its resource")

    def __contains__(self, name: object) -> bool:
        return name in self._shown()

    def __iter__(self) -> Iterator[str]:
        return iter(self._shown())

    def get(self, name: str, default: Any = None) -> Any:
        """The field of a name, or a default."""
        return _wrap(self._shown().get(name, default))

    def keys(self) -> list[str]:
        """The names of the fields."""
        return list(self._shown())

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and self._shown() == other._shown()

    def __hash__(self) -> int:
        return hash(self._row)

    def __repr__(self) -> str:
        return f"<{type(self).__name__.removesuffix('Object')} {self._summary()}>"

    def _summary(self) -> str:
        """One line for people: id, money, status, parties; nothing personal."""
        row = self._row
        words = [row.id]
        if hasattr(row, "amount") and hasattr(row, "currency"):
            words.append(display(row.amount, row.currency))
        if hasattr(row, "status"):
            words.append(row.status)
        return " ".join(words)


# Objects are read-only for everybody else; the slots' own setters are twice as fast as
# object.__setattr__, and a page makes dozens of objects.
_set_row = vars(StripeObject)["_row"].__set__
_set_livemode = vars(StripeObject)["_livemode"].__set__
_set_fields = vars(StripeObject)["_fields"].__set__


def timestamp(at: int) -> int:
    """Seconds since 1970, as Stripe shows moments."""
    return at // 1_000_000


def loaded(text: str | None) -> Any:
    """What a JSON column holds; None where it is empty."""
    return None if text is None else json.loads(text)


class ListObject(StripeObject):
    """A page: `data`, `has_more`, `url`. Iterating goes over the page alone.

    more: gets the page after the one whose last id it is given.
    """

    __slots__ = ("_data", "_has_more", "_more", "_url")

    OBJECT = "list"

    def __init__(
        self,
        data: list[Any],
        *,
        has_more: bool,
        url: str,
        more: Callable[[str], Any] | None = None,
    ) -> None:
        super().__init__(None)
        object.__setattr__(self, "_data", data)
        object.__setattr__(self, "_has_more", has_more)
        object.__setattr__(self, "_url", url)
        object.__setattr__(self, "_more", more)

    @property
    def data(self) -> list[Any]:
        """The objects of the page, newest first."""
        return list(self._data)

    def _render(self) -> dict[str, Any]:
        return {
            "object": "list",
            "data": [each.to_dict() for each in self._data],
            "has_more": self._has_more,
            "url": self._url,
        }

    def __iter__(self) -> Iterator[Any]:
        return iter(self._data)

    def __len__(self) -> int:
        return len(self._data)

    def __hash__(self) -> int:
        return hash(tuple(self._data))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ListObject) and self._shown() == other._shown()

    def _summary(self) -> str:
        return f"{self._url} {len(self._data)} objects" + (" and more" if self._has_more else "")

    def auto_paging_iter(self) -> Iterator[Any]:
        """This page and all after it, each fetched when it is reached (blocking client)."""
        page = self
        while True:
            yield from page._data
            if not page._has_more or page._more is None or not page._data:
                return
            page = page._more(page._data[-1].id)

    async def auto_paging_aiter(self) -> AsyncIterator[Any]:
        """This page and all after it, each fetched when it is reached (awaiting client)."""
        page = self
        while True:
            for each in page._data:
                yield each
            if not page._has_more or page._more is None or not page._data:
                return
            following: Awaitable[ListObject] = page._more(page._data[-1].id)
            page = await following


def list_of(data: list[dict[str, Any]], url: str, *, has_more: bool = False) -> dict[str, Any]:
    """An embedded list."""
    return {"object": "list", "data": data, "has_more": has_more, "url": url}
