"""Files: documents and pictures, and their bytes."""

from __future__ import annotations

from typing import Any, ClassVar

from connectlib.adapters.files.uploads import Upload
from connectlib.api._async.base import AsyncResource
from connectlib.api._async.resources.file_links import AsyncFileLinks
from connectlib.api.errors import error_of
from connectlib.core.files import known
from connectlib.core.refusals import Refused
from connectlib.core.rows import File
from connectlib.flows import files
from connectlib.runtime.engine import Engine
from connectlib.wire.objects.base import ListObject
from connectlib.wire.objects.files import FileObject
from connectlib.wire.params import files as params_of
from connectlib.wire.params.base import request_of
from connectlib.wire.params.values import id_of


class AsyncFiles(AsyncResource):
    """Files that people upload: documents of identity, evidence, logos."""

    _kind = File
    _name = "file upload"
    _url = "/v1/files"
    _filters: ClassVar[dict[str, str]] = {"purpose": "purpose"}

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self._links = AsyncFileLinks(engine)

    async def create(
        self,
        *,
        file: object = None,
        account: object = None,
        idempotency_key: str | None = None,
        **params: Any,
    ) -> FileObject:
        """Upload a file, in the namespace of account= (the platform's by default).

        file: bytes, a `pathlib.Path`, a file opened with "rb", or (name, one of these); it is
        read in pieces. purpose: what it is for, such as identity_document; it says which types
        and how many bytes are taken (`docs/files.md`). file_link_data: {"create": True,
        "expires_at": seconds, "metadata": {}}: makes a link to it in the same commit.

        Source: Stripe API reference, "Create a file".

        Raises:
            InvalidRequestError: a parameter is wrong; the file is empty, too large, or of a
                type that the purpose does not take.
            PermissionError: account= is not a connected account of this platform.
            IdempotencyError: the key was used for something else.
            ConfigurationError: the client was opened without files=.
            TransactionError: inside a `connect.transaction()` block.
            APIError: the file store failed.
        """
        namespace = await self._namespace(account)
        if file is None:
            raise error_of(params_of.no_file().refused)
        upload = await self._call(Upload, file)
        try:
            asked = self._parse(params_of.create, params, upload.name, upload.head)
            stored = await self._run(files.put(asked.purpose, upload.chunks()))
        finally:
            upload.close()
        if isinstance(stored, Refused):
            raise error_of(stored)
        command = params_of.command(asked, stored, upload.name, account=namespace)
        said = command.asked()
        request = self._parse(request_of, namespace, idempotency_key, "files.create", said)
        found: FileObject = await self._answer(files.create(self._base.ground, command, request))
        return await self._with_links(found, account)

    async def retrieve(self, id: object, *, account: object = None) -> FileObject:
        """The file with an id, with its ten newest links; its bytes are given by `contents`.

        The published test tokens `file_identity_document_success` and `_failure` are files too.

        Raises:
            InvalidRequestError: there is none in this namespace (404).
        """
        namespace = await self._namespace(account)
        id_ = self._parse(id_of, id)
        test = known(id_, self._base.world, namespace)
        found: FileObject = self._show(test) if test else await self._retrieve(id_, account)
        return found if test else await self._with_links(found, account)

    async def contents(self, id: object, *, account: object = None) -> bytes:
        """The bytes of a file, compared with the digest taken when they were uploaded.

        Raises:
            InvalidRequestError: there is none in this namespace, or it has expired (404).
            TransactionError: inside a `connect.transaction()` block.
            APIError: the bytes are gone or damaged.
        """
        namespace = await self._namespace(account)
        id_ = self._parse(id_of, id)
        now = self._engine.clock.now()
        found = await self._run(files.contents(self._base.ground, id_, namespace, at=now))
        if isinstance(found, Refused):
            raise error_of(found)
        return found

    async def list(self, *, account: object = None, **params: Any) -> ListObject:
        """A page of files, newest first, without their links.

        limit, starting_after, ending_before, created, purpose.

        Raises:
            InvalidRequestError: a parameter is wrong.
        """
        return await self._list(account, params)

    async def _with_links(self, found: FileObject, account: object) -> FileObject:
        return found.holding(await self._links.list(file=found.id, account=account))
