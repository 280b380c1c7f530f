# Made from connectlib/api/_async/resources/privacy.py: edit that.
"""Erasure of personal data, and holds that keep it."""

from __future__ import annotations

from typing import Any

from connectlib.api._sync.base import Resource
from connectlib.api.errors import ConfigurationError, error_of, raised
from connectlib.core.refusals import Refused
from connectlib.flows import data_keys
from connectlib.runtime.joining import refuse_inside
from connectlib.wire.objects.privacy import PrivacyObject
from connectlib.wire.params.values import id_of, moment, text_of


class Privacy(Resource):
    """What somebody may ask about their personal data: that it be kept, or be gone."""

    def retrieve(self, id: object, *, account: object = None) -> PrivacyObject:
        """How it stands with a subject: `status` live or erased, `hold_until`, `hold_reason`.

        Raises:
            ConfigurationError: there are no keys.
            InvalidRequestError: nothing is sealed for it in this namespace (404).
        """
        return self._about(id, account, data_keys.retrieve)

    def erase(self, id: object, *, account: object = None) -> PrivacyObject:
        """Erase the personal data of a subject, such as a customer, for good.

        Its data key is destroyed and its blind indexes are removed: rows, old versions and
        events show null from now on. The ledger, ids, amounts and metadata stay; it can
        no longer be updated. Erasing twice does nothing more. See `scrub` for what
        the database's own files keep of it for a while.

        Raises:
            ConfigurationError: there are no keys.
            InvalidRequestError: nothing is sealed for it in this namespace (404), or a hold
                keeps it (`personal_data_held`).
        """
        return self._about(id, account, data_keys.erase)

    def hold(
        self, id: object, *, until: object, reason: str | None = None, account: object = None
    ) -> PrivacyObject:
        """Keep a subject from being erased until a moment, as a law may demand.

        until: a datetime, a date, ISO text or seconds since 1970. reason: for your records; not
        sealed, so nothing personal. A second hold replaces the first.

        Raises:
            ConfigurationError: there are no keys.
            InvalidRequestError: a parameter is wrong, nothing is sealed for it (404), or it has
                been erased.
        """
        at = self._parse(moment, until, "until")
        why = None if reason is None else self._parse(text_of, reason, "reason")
        return self._about(id, account, data_keys.hold, until=at, reason=why)

    def release(self, id: object, *, account: object = None) -> PrivacyObject:
        """End a hold before its time.

        Raises:
            ConfigurationError: there are no keys.
            InvalidRequestError: nothing is sealed for it (404), or it has been erased.
        """
        return self._about(id, account, data_keys.hold, until=0, reason=None)

    def scrub(self) -> None:
        """Remove what erasures have left in the files of the database: call it after a batch.

        An SQLite file is written anew, which keeps other writers waiting as long. PostgreSQL
        vacuums the tables of ours that hold keys and indexes, where its user may. Neither reaches
        backups, replicas' logs or the disk: for those, rotate the key-encryption key and destroy
        the old one.

        Raises:
            TransactionError: inside a `connect.transaction()` block.
            APIError: the store failed; what was erased stays erased.
        """
        try:
            refuse_inside(self._base, "privacy.scrub()")
        except Exception as error:
            raise raised(error) or error from error
        self._run(data_keys.scrub(), caught_up=False)

    def _about(self, id: object, account: object, flow: Any, **words: Any) -> PrivacyObject:
        if not self._base.ground.sealed:
            raise ConfigurationError(
                "There are no keys: personal data is stored as it is given.",
                hint="pass keys= to seal it; what is not sealed cannot be erased from events",
            )
        id_ = self._parse(id_of, id)
        namespace = self._namespace(account)
        found = self._run(flow(self._base.ground, id_, namespace, **words))
        if isinstance(found, Refused):
            raise error_of(found)
        return PrivacyObject(found, livemode=bool(self._base.world.livemode))
