"""Persons behind accounts."""

from __future__ import annotations

from typing import Any

from connectlib.api._async.redeeming import AsyncRedeeming, is_token
from connectlib.api.errors import error_of
from connectlib.core.refusals import Refused, missing
from connectlib.core.rows import Account, Person, Token
from connectlib.core.told import INDIVIDUAL, PERSON
from connectlib.flows import persons
from connectlib.wire.objects.base import ListObject
from connectlib.wire.objects.persons import PersonObject
from connectlib.wire.params import persons as params_of
from connectlib.wire.params.base import request_of
from connectlib.wire.params.pages import page
from connectlib.wire.params.tokens import words_of
from connectlib.wire.params.values import id_of, shown


class AsyncPersons(AsyncRedeeming):
    """Who stands behind an account: representative, owners, directors, executives."""

    _kind = Person
    _name = "person"
    _url = "/v1/persons"

    async def create(
        self, account: object, *, idempotency_key: str | None = None, **params: Any
    ) -> PersonObject:
        """Tell of somebody behind an account; whoever has told enough is checked.

        first_name, last_name, dob: {"day": 1, "month": 1, "year": 1901}, address, email, phone,
        id_number, ssn_last_4, nationality, political_exposure, relationship: {"representative":
        True, "owner": True, "director": ..., "executive": ..., "percent_ownership": 25, "title":
        "CEO"}, verification: {"document": {"front": file}}, and what else Stripe has.
        person_token: what a token tells of them; id_number may be a token, too. Numbers are never
        told back: only `id_number_provided` is.

        Source: Stripe API reference, "Create a person".

        Raises:
            InvalidRequestError: a parameter is wrong, there is no such account, it is an
                individual, or has a representative already.
            IdempotencyError: the key was used for something else.
        """
        return await self._change(account, None, idempotency_key, "persons.create", params)

    async def update(
        self,
        account: object,
        person: object,
        *,
        idempotency_key: str | None = None,
        **params: Any,
    ) -> PersonObject:
        """Change what is told of somebody; what is not given stays, an empty text unsets.

        Raises:
            InvalidRequestError: a parameter is wrong, or there is no such person.
            IdempotencyError: the key was used for something else.
        """
        id_ = self._parse(id_of, person, "person")
        return await self._change(account, id_, idempotency_key, "persons.update", params)

    async def _change(
        self,
        account: object,
        person: str | None,
        key: str | None,
        verb: str,
        params: dict[str, Any],
    ) -> PersonObject:
        id_ = self._parse(id_of, account, "account")
        token, number = params.pop("person_token", None), params.get("id_number")
        secret = number if is_token(number, ("pii",)) else None
        if secret is not None:
            params = {name: value for name, value in params.items() if name != "id_number"}
        self._parse(params_of.change, id_, person, params)
        taken: list[Token] = []
        if token is not None:
            row, taken = await self._taken(token, ("person",), "person_token", key)
            params = {**words_of(row), **params}
        if secret is not None:
            row, more = await self._taken(secret, ("pii",), "id_number", key)
            params, taken = {**params, **words_of(row)}, [*taken, *more]
        command = self._parse(params_of.change, id_, person, params)
        platform = self._base.world.account
        request = self._parse(request_of, platform, key, verb, command)
        flow: Any = persons.update if person else persons.create
        answer: Any = await self._run(flow(self._base.ground, command, request))
        if isinstance(answer, Refused):
            await self._give_back(taken)
        return await self._shown_of(id_, answer)

    async def retrieve(self, account: object, person: object) -> PersonObject:
        """Somebody behind an account, and what is still due of them.

        Raises:
            InvalidRequestError: there is no such person.
        """
        id_ = await self._namespace(account)
        given = self._parse(id_of, person, "person")
        row = await self._call(self._engine.cached, Person, given)
        fits = isinstance(row, Person) and row.account == id_ and not row.deleted
        if not fits or row.kind not in (PERSON, INDIVIDUAL) or row.world != self._base.world.id:
            raise error_of(missing("person", shown(given), "person"))
        return await self._shown_of(id_, row)

    async def delete(
        self, account: object, person: object, *, idempotency_key: str | None = None
    ) -> PersonObject:
        """Take somebody away. Neither the representative nor the only verified executive may go.

        Raises:
            InvalidRequestError: there is no such person, or it has to stay.
        """
        id_ = self._parse(id_of, account, "account")
        given = self._parse(id_of, person, "person")
        platform = self._base.world.account
        request = self._parse(request_of, platform, idempotency_key, "persons.delete", (id_, given))
        flow = persons.delete(self._base.ground, id_, given, request)
        return await self._shown_of(id_, await self._run(flow))

    async def list(self, account: object, **params: Any) -> ListObject:
        """A page of those behind an account, newest first.

        limit, starting_after, ending_before; relationship: {"owner": True}: only those.

        Raises:
            InvalidRequestError: a parameter is wrong.
        """
        roles = self._parse(params_of.roles, params.pop("relationship", None))
        if not roles:
            return await self._list(account, params)
        id_ = await self._namespace(account)
        asked = self._parse(page, params, {})
        flow = persons.with_roles(self._base.ground, id_, roles)
        rows = await self._run(flow)
        ids = [row.id for row in rows]
        for cursor, edge in (("starting_after", asked.after), ("ending_before", asked.before)):
            if edge is not None and edge not in ids:
                raise error_of(missing("person", shown(edge), cursor))
        first = ids.index(asked.after) + 1 if asked.after else 0
        last = ids.index(asked.before) if asked.before else len(rows)
        found = rows[first:last]
        kept = found[-asked.limit :] if asked.before else found[: asked.limit]
        data = await self._objects(kept)

        def following(edge: str) -> Any:
            cursor = "ending_before" if asked.before else "starting_after"
            return self.list(
                account, relationship=dict.fromkeys(roles, True), **{**params, cursor: edge}
            )

        return ListObject(
            data,
            has_more=len(found) > len(kept),
            url=self._url,
            more=following,
            is_backward=asked.before is not None,
        )

    async def _shown_of(self, account: str, row: Any) -> PersonObject:
        if isinstance(row, Refused):
            raise error_of(row)
        of = await self._call(self._engine.cached, Account, account)
        return PersonObject(
            await self._opened(row), account=of, livemode=bool(self._base.world.livemode)
        )

    async def _objects(self, rows: Any) -> Any:
        """Those behind an account, with what is due of each."""
        return [await self._shown_of(row.account, row) for row in rows]

    def _always(self) -> tuple[tuple[str, Any], ...]:
        return (("deleted", 0), ("kind", (PERSON, INDIVIDUAL)))
