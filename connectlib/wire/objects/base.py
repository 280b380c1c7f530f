"""Objects as Stripe shows them: read by attribute or by name, immutable, rendered when asked.

An object keeps the row it was made of; its fields are made at the first look.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from typing import TYPE_CHECKING, Any, Self

from connectlib.core.money import display
from connectlib.wire.money import to_money

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Iterator

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


#: Slots that a pickle leaves out: what can be made again, and what belongs to a client.
_NOT_KEPT = frozenset({"_fields", "_more", "_teller"})


class StripeObject:
    """The base of all objects. Two are equal when they show the same."""

    __slots__ = ("_fields", "_livemode", "_row", "_teller")

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
        if name.startswith("_"):  # no field: a slot not yet set, or what copy and pickle look for
            raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")
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

    def __copy__(self) -> Self:
        """Itself: it never changes."""
        return self

    def __deepcopy__(self, _memo: object) -> Self:
        """Itself: it never changes, and gives its fields as copies."""
        return self

    def __getstate__(self) -> Any:
        """What a pickle keeps: the row and how it is shown, not the client it came from."""
        state: Any = super().__getstate__()
        return {name: value for name, value in state[1].items() if name not in _NOT_KEPT}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """What a pickle has kept, in an object that has nothing yet."""
        for name in (*state, "_fields"):
            object.__setattr__(self, name, state.get(name))

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
_teller = vars(StripeObject)["_teller"]
#: Says who tells the story of an object: a callable of its id and the account it lives in.
set_teller: Callable[[StripeObject, Callable[[str, str], Any]], None] = _teller.__set__


class ExplainedObject(StripeObject):
    """An object that money was moved for: it can tell its story."""

    __slots__ = ()

    def explain(self) -> Any:
        """Who paid whom how much, and who keeps what: an Explanation; await it on AsyncConnect.

        Raises RuntimeError where the object was made by hand and not by a client.
        """
        try:
            teller = _teller.__get__(self, type(self))
        except AttributeError:
            raise RuntimeError(
                f"{self._row.id} does not come from a client, so there is no ledger to ask:"
                f" call connect.explain({self._row.id!r})"
            ) from None
        return teller(self._row.id, self._row.account)


def timestamp(at: int) -> int:
    """Seconds since 1970, as Stripe shows moments."""
    return at // 1_000_000


def loaded(text: str | None) -> Any:
    """What a JSON column holds; None where it is empty."""
    return None if text is None else json.loads(text)


class ListObject(StripeObject):
    """A page: `data`, `has_more`, `url`. Iterating goes over the page alone.

    more: gets the page beyond the one whose outermost id it is given. is_backward: the page was
    asked for by ending_before, so what is beyond it is newer.
    """

    __slots__ = ("_data", "_has_more", "_is_backward", "_more", "_url")

    OBJECT = "list"

    def __init__(
        self,
        data: list[Any],
        *,
        has_more: bool,
        url: str,
        more: Callable[[str], Any] | None = None,
        is_backward: bool = False,
    ) -> None:
        super().__init__(None)
        object.__setattr__(self, "_data", data)
        object.__setattr__(self, "_has_more", has_more)
        object.__setattr__(self, "_url", url)
        object.__setattr__(self, "_more", more)
        object.__setattr__(self, "_is_backward", is_backward)

    def __setstate__(self, state: dict[str, Any]) -> None:
        """A page out of a pickle: it cannot fetch others."""
        super().__setstate__({**state, "_more": None})

    def __getitem__(self, name: Any) -> Any:
        """The object at a place of the page, or some of them, or the field of a name."""
        if isinstance(name, int | slice):
            return self._data[name]
        return super().__getitem__(name)

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

    def _on(self) -> list[Any]:
        """The objects of the page, in the direction it was asked for."""
        data: list[Any] = self._data
        return data[::-1] if self._is_backward else data

    def _beyond(self) -> Any:
        """What gets the page beyond this one; None where there is none."""
        if not self._has_more or not self._data:
            return None
        if self._more is None:
            raise RuntimeError("this page comes out of a pickle: ask a client for the next one")
        return self._more(self._on()[-1].id)

    def auto_paging_iter(self) -> Iterator[Any]:
        """This page and all beyond it, each fetched when it is reached (blocking client).

        Newest first; after ending_before oldest first, from there to the newest.
        """
        page = self
        while True:
            yield from page._on()
            following = page._beyond()
            if following is None:
                return
            page = following

    async def auto_paging_aiter(self) -> AsyncIterator[Any]:
        """This page and all beyond it, each fetched when it is reached (awaiting client).

        Newest first; after ending_before oldest first, from there to the newest.
        """
        page = self
        while True:
            for each in page._on():
                yield each
            following: Awaitable[ListObject] | None = page._beyond()
            if following is None:
                return
            page = await following


class HoldingObject(StripeObject):
    """An object that holds a list: its ten newest where it was retrieved, else none of them."""

    __slots__ = ("_held",)

    def __init__(self, row: Any, *, livemode: bool = False, held: ListObject | None = None) -> None:
        super().__init__(row, livemode=livemode)
        object.__setattr__(self, "_held", held)

    def holding(self, held: ListObject) -> Self:
        """The same object with the list in it."""
        found = type(self)(self._row, livemode=self._livemode, held=held)
        if hasattr(self, "_teller"):
            set_teller(found, self._teller)
        return found

    def _list(self, url: str, *, there: bool) -> dict[str, Any]:
        """The list. there: whether it has entries, so that an empty page says there is more."""
        if self._held is None:
            return list_of([], url, has_more=there)
        found = self._held.to_dict()
        return list_of(found["data"], url, has_more=found["has_more"])


def list_of(data: list[dict[str, Any]], url: str, *, has_more: bool = False) -> dict[str, Any]:
    """An embedded list."""
    return {"object": "list", "data": data, "has_more": has_more, "url": url}
