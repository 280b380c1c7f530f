# Made from connectlib/api/_async/base.py: edit that.
"""What all resources share: running a flow, answering by an object or an error, listing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from connectlib.api.errors import ConnectError, error_of, open_or_raise, raised
from connectlib.core.book import Request
from connectlib.core.charge_checks import no_access
from connectlib.core.personal import PERSONAL
from connectlib.core.refusals import Refused, Why, missing
from connectlib.core.rows import LISTED, Account
from connectlib.flows import personal, reading, texts
from connectlib.flows.explain import explain
from connectlib.flows.payment_methods import inline
from connectlib.runtime.joining import joined_of
from connectlib.runtime.pump import catch_up
from connectlib.runtime.quiet import quiet
from connectlib.runtime.run import call, run
from connectlib.wire.errors import Invalid
from connectlib.wire.explanation import Explanation
from connectlib.wire.objects.base import ListObject, StripeObject
from connectlib.wire.objects.shown import show
from connectlib.wire.params.base import identified, request_of
from connectlib.wire.params.pages import page
from connectlib.wire.params.values import array_of, hash_of, id_of, shown

if TYPE_CHECKING:
    from connectlib.flows.payment_methods import Inline
    from connectlib.ports.steps import Flow
    from connectlib.runtime.engine import Engine

T = TypeVar("T")


class Resource:
    """One resource of a client."""

    #: Row class, name in messages, path, and the filters of its list: {name: column}.
    _kind: type[Any] = object
    _name = ""
    _param = "id"
    _url = ""
    _filters: ClassVar[dict[str, str]] = {}
    #: Filters that are ranges of seconds, as `created` is; each has the name of its column.
    _dates: tuple[str, ...] = ()

    def __init__(self, engine: Engine) -> None:
        self._base = engine
        self._teller = self._explained

    @property
    def _engine(self) -> Any:
        """The engine, or the transaction that is joined here."""
        if self._base.is_closed:
            open_or_raise(self._base)
        return joined_of(self._base) or self._base

    def _run(self, flow: Flow[T], *, caught_up: bool = True) -> T:
        """Run a flow; what the floors below raise becomes a public error.

        caught_up: first mature what has fallen due where time is real.
        """
        engine = self._engine
        try:
            if caught_up and engine is self._base and engine.clock.now() >= engine.caught_up_until:
                call(engine, catch_up, engine)
            return run(engine, flow)
        except ConnectError:
            raise
        except Exception as error:
            found = raised(error, joined=engine is not self._base)
            if found is None:
                raise
            raise found from error

    def _call(self, work: Any, *arguments: Any) -> Any:
        """Call what reads the store directly."""
        engine = self._engine
        try:
            return call(engine, work, *arguments)
        except Exception as error:
            found = raised(error, joined=engine is not self._base)
            if found is None:
                raise
            raise found from error

    def _answer(self, flow: Flow[Any]) -> Any:
        """Run a flow whose value is a row or a refusal; the object, or its error raised."""
        value = self._run(flow)
        if isinstance(value, Refused):
            raise error_of(value)
        return self._show(self._opened(value))

    def _opened(self, row: Any) -> Any:
        """A row with its personal data opened, where that is sealed."""
        if type(row) not in PERSONAL or not self._base.ground.sealed:
            return row
        return (self._run(personal.open_(self._base.ground, [row]), caught_up=False))[0]

    def _inline(self, command: Any) -> tuple[Any, Inline | None]:
        """A command without the numbers of its `payment_method_data`, and what they stand for.

        An idempotency key is bound to what the processor has for them, never to them.
        """
        if command.inline is None:
            return command, None
        found = self._run(inline(command.inline))
        if isinstance(found, Refused):
            raise error_of(found)
        return command._replace(inline=found.said), found

    def _show(self, row: Any) -> Any:
        """How a row of this resource is shown."""
        return show(row, livemode=bool(self._base.world.livemode), teller=self._teller)

    def _explained(self, id_: str, namespace: str) -> Explanation:
        """The story of an object in a namespace. Nothing is matured for it: it only reads."""
        flow = explain(self._base.ground, id_, namespace, self._engine.clock.now())
        found = self._run(flow, caught_up=False)
        if isinstance(found, Refused):
            raise error_of(found)
        return Explanation(found)

    def _shown(self, values: list[Any]) -> list[StripeObject | ConnectError]:
        """One object or error for each value."""
        return [
            error_of(value) if isinstance(value, Refused) else self._show(value) for value in values
        ]

    def _parse(self, make: Any, *arguments: Any, **words: Any) -> Any:
        """Turn parameters into a command; what is wrong with them is raised as a public error."""
        try:
            found = make(*arguments, **words)
        except Invalid as invalid:
            raise error_of(invalid.refused) from None
        if type(found) is Request and self._base.vault is not None:
            # What is kept of a request is no plain digest of what may be personal in it.
            return found._replace(fingerprint=self._base.vault.mark(found.fingerprint))
        return found

    def _namespace(self, account: object) -> str:
        """The account whose namespace a call is in; the platform's where none is named."""
        if account is None:
            return self._base.world.account
        try:
            id_ = id_of(account, "account")
        except Invalid:
            raise error_of(no_access(shown(identified(account)))) from None
        row = self._call(self._engine.cached, Account, id_)
        if row is not None and row.world == self._base.world.id and not row.deleted:
            return id_
        raise error_of(no_access(shown(id_)))

    def _platform_only(self, account: object) -> None:
        """Refuse account= where only the platform itself may call."""
        if account is not None and identified(account) != self._base.world.account:
            raise error_of(
                Refused(
                    Why.PARAMETER_INVALID,
                    "This request must be made by the platform, not on behalf of an account.",
                    "account",
                    "leave account= out",
                )
            )

    def _retrieve(self, given: Any, account: object) -> Any:
        """The object with an id in a namespace, through the cache."""
        # Most ids need no closer look, and a cached answer takes only a few of these.
        plain = type(given) is str and 0 < len(given) < 64 and given.isascii()
        id_ = given if plain and given.isprintable() else self._parse(id_of, given)
        world = self._base.world
        namespace = world.account if account is None else self._namespace(account)
        row = self._call(self._engine.cached, self._kind, id_)
        if (
            row is None
            or row.world != world.id
            or row.account != namespace
            or type(row) is not self._kind
        ):
            raise error_of(missing(self._name, shown(id_), self._param))
        return self._show(self._opened(row))

    def _list(self, account: object, params: dict[str, Any]) -> ListObject:
        """A page of this resource in a namespace."""
        rest, bounds = self._parse(self._bounds, params)
        asked = self._parse(page, rest, self._filters, self._dates)
        asked = asked._replace(ranges=(*asked.ranges, *bounds)) if bounds else asked
        for param, id_ in (("starting_after", asked.after), ("ending_before", asked.before)):
            if id_ is not None and LISTED.get(id_.partition("_")[0]) is not self._kind:
                raise error_of(missing(self._name, shown(id_), param))
        namespace = self._namespace(account)
        return self._page(namespace, asked, account, params)

    def _page(
        self, namespace: str, asked: Any, account: object, params: dict[str, Any]
    ) -> ListObject:
        flow = reading.page(
            self._base.ground,
            self._kind,
            namespace,
            limit=asked.limit,
            where=(*self._blind(asked.where), *self._always()),
            created=asked.created,
            ranges=asked.ranges,
            after=asked.after,
            before=asked.before,
        )
        found = self._run(flow)
        if isinstance(found, Refused):
            raise error_of(found)
        rows, more = found
        data = self._objects(rows)
        backward = asked.before is not None
        cursor = "ending_before" if backward else "starting_after"

        def following(edge: str) -> Any:
            return self._list(account, {**params, cursor: edge})

        return ListObject(data, has_more=more, url=self._url, more=following, is_backward=backward)

    def _blind(self, where: tuple[tuple[str, Any], ...]) -> tuple[tuple[str, Any], ...]:
        """The equalities of a list, asked of blind indexes where the column is sealed."""
        about = PERSONAL.get(self._kind)
        if about is None or not self._base.ground.sealed:
            return where
        indexes, found = dict(about.exact), []
        for name, value in where:
            if name in indexes:
                flow = personal.index(self._kind, name, value)
                found.append((indexes[name], self._run(flow, caught_up=False)))
            else:
                found.append((name, value))
        return tuple(found)

    def _change_words(
        self,
        make: Any,
        verb: str,
        given: object,
        namespace: str,
        key: object,
        params: dict[str, Any],
    ) -> Any:
        """Change the words of an object of this resource: metadata, description and the like."""
        id_ = self._parse(id_of, given)
        command = self._parse(make, id_, params, account=namespace)
        request = self._parse(request_of, namespace, key, verb, command)
        return self._answer(texts.update(self._base.ground, self._kind, command, request))

    def _each(self, items: list[dict[str, Any]], prepare: Any, create: Any) -> list[Any]:
        """Do many creations with few commits: one object or error for each item, in order.

        prepare: a call out of an item's keyword arguments. create: the flow of many calls.
        """
        self._parse(array_of, items, "items")
        results: list[Any] = [None] * len(items)
        calls: dict[int, Any] = {}
        with quiet(len(items)):
            for place, item in enumerate(items):
                try:
                    words = self._parse(hash_of, item, f"items[{place}]")
                    account, key = words.pop("account", None), words.pop("idempotency_key", None)
                    calls[place] = prepare(account, key, words)
                except ConnectError as error:
                    results[place] = error
            values = self._run(create(self._base.ground, list(calls.values())))
            for place, shown in zip(calls, self._shown(values), strict=True):
                results[place] = shown
        return results

    def _always(self) -> tuple[tuple[str, Any], ...]:
        """Equalities that every list of this resource has."""
        return ()

    def _bounds(self, params: dict[str, Any]) -> Any:
        """(the parameters of a list without filters of its own, the bounds that these mean).

        Bounds are (column, operator, value). Raises Invalid.
        """
        return params, ()

    def _objects(self, rows: list[Any]) -> list[Any]:
        """How the rows of a page are shown."""
        if self._kind in PERSONAL and self._base.ground.sealed:
            rows = self._run(personal.open_(self._base.ground, rows), caught_up=False)
        return [self._show(row) for row in rows]
