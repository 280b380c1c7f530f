# Made from connectlib/api/_async/resources/file_links.py: edit that.
"""Links to files."""

from __future__ import annotations

from typing import Any, ClassVar

from connectlib.api._sync.base import Resource
from connectlib.api.errors import error_of
from connectlib.core.refusals import Refused
from connectlib.core.rows import FileLink
from connectlib.flows import file_links
from connectlib.wire.objects.base import ListObject
from connectlib.wire.objects.file_links import MEDIA, FileLinkObject, OpenedFile
from connectlib.wire.objects.files import FileObject
from connectlib.wire.params import file_links as params_of
from connectlib.wire.params.base import request_of
from connectlib.wire.params.values import id_of, text_of

_URL_MAX = 2_000


class FileLinks(Resource):
    """Links by which anybody may read a file, until they expire."""

    _kind = FileLink
    _name = "file link"
    _url = "/v1/file_links"
    _filters: ClassVar[dict[str, str]] = {"file": "file"}

    def create(
        self, *, account: object = None, idempotency_key: str | None = None, **params: Any
    ) -> FileLinkObject:
        """Make a link to a file of this namespace.

        file: the file, of a purpose that may be downloaded. expires_at: seconds since 1970;
        without it, it never expires. Also: metadata.

        Source: Stripe API reference, "Create a file link".

        Raises:
            InvalidRequestError: a parameter is wrong, there is no such file, or its purpose
                allows no links.
            IdempotencyError: the key was used for something else.
        """
        namespace = self._namespace(account)
        command = self._parse(params_of.create, params, account=namespace)
        request = self._parse(request_of, namespace, idempotency_key, "file_links.create", command)
        flow = file_links.create(self._base.ground, command, request)
        found: FileLinkObject = self._answer(flow)
        return found

    def retrieve(self, id: object, *, account: object = None) -> FileLinkObject:
        """The link with an id. url: None once it has expired.

        Raises:
            InvalidRequestError: there is none in this namespace (404).
        """
        found: FileLinkObject = self._retrieve(self._parse(id_of, id), account)
        return found

    def update(
        self,
        id: object,
        *,
        account: object = None,
        idempotency_key: str | None = None,
        **params: Any,
    ) -> FileLinkObject:
        """Change a link that has not expired.

        expires_at: seconds since 1970, "now" to end it at once, "" for never. Also: metadata.

        Raises:
            InvalidRequestError: a parameter is wrong, there is no such link, or it has expired.
            IdempotencyError: the key was used for something else.
        """
        namespace = self._namespace(account)
        command = self._parse(params_of.update, self._parse(id_of, id), params, account=namespace)
        request = self._parse(request_of, namespace, idempotency_key, "file_links.update", command)
        flow = file_links.update(self._base.ground, command, request)
        found: FileLinkObject = self._answer(flow)
        return found

    def list(self, *, account: object = None, **params: Any) -> ListObject:
        """A page of links, newest first.

        limit, starting_after, ending_before, created, file, expired (True or False: as of now).

        Raises:
            InvalidRequestError: a parameter is wrong.
        """
        return self._list(account, params)

    def open(self, token: str) -> OpenedFile:
        """What a link opens, for a web layer to serve: the file, its bytes, its media type.

        token: the link's URL, or the last part of its path. Who has it may read the file:
        account= is not needed.

        Raises:
            InvalidRequestError: it opens nothing, or not any more (404).
            TransactionError: inside a `connect.transaction()` block.
            APIError: the bytes are gone or damaged.
        """
        text = self._parse(text_of, token, "token", limit=_URL_MAX)
        now = self._engine.clock.now()
        found = self._run(file_links.opened(self._base.ground, text, at=now))
        if isinstance(found, Refused):
            raise error_of(found)
        row, data = found
        file = FileObject(row, livemode=bool(self._base.world.livemode))
        return OpenedFile(file, data, MEDIA.get(row.type or "", "application/octet-stream"))

    def _bounds(self, params: dict[str, Any]) -> Any:
        return params_of.expired(params, self._engine.clock.now())

    def _show(self, row: Any) -> Any:
        now = self._engine.clock.now()
        return FileLinkObject(row, livemode=bool(self._base.world.livemode), at=now)
