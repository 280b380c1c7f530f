# Made from connectlib/api/_async/resources/keys.py: edit that.
"""The keys that personal data is sealed under."""

from __future__ import annotations

from typing import Any

from connectlib.api._sync.base import Resource
from connectlib.api.errors import ConfigurationError, error_of
from connectlib.core.refusals import Refused
from connectlib.flows import data_keys
from connectlib.wire.objects.privacy import KeysStatus, PrivacyObject
from connectlib.wire.params.values import id_of, whole

_MOST = 10**9
_PLAIN = "personal data is stored as it is given: pass keys= to seal it"
_OLD = "keys.rotate() puts the data keys under the current key"


class Keys(Resource):
    """Data keys: one for each subject, wrapped by key-encryption keys of your provider."""

    def status(self) -> KeysStatus:
        """Which key-encryption keys are in use, counted in the store.

        Raises:
            KeysUnavailableError: the provider did not answer.
        """
        if not self._base.ground.sealed:
            return KeysStatus(sealed=False, current=None, under={}, erased=0, notice=_PLAIN)
        found = self._run(data_keys.status(self._base.ground), caught_up=False)
        notice = _OLD if found.under.keys() - {found.current} else ""
        return KeysStatus(
            sealed=True,
            current=found.current,
            under=found.under,
            erased=found.erased,
            notice=notice,
        )

    def rotate(self, *, limit: int | None = None) -> int:
        """Put every data key under the provider's current key; returns how many were.

        Reads and writes go on meanwhile. It works in batches and may be stopped at any time:
        the next call goes on where it stopped. limit: at most so many. No text is sealed again:
        what was sealed under a data key stays readable. When `status().rotated` is true, no row
        needs the old key; backups made before still do.

        Raises:
            ConfigurationError: there are no keys.
            KeysUnavailableError: the provider did not answer; what was done stays done.
            SealError: a data key does not open, or the provider lacks the key it is under.
        """
        return self._many(data_keys.rotate, limit)

    def seal_existing(self, *, limit: int | None = None) -> int:
        """Seal rows that were written before there were keys; returns how many were.

        It may be stopped and called again, as `rotate`. Events and versions of objects that were
        written before stay as they are.

        Raises:
            ConfigurationError: there are no keys.
            KeysUnavailableError: the provider did not answer; what was done stays done.
        """
        return self._many(data_keys.seal_existing, limit)

    def renew(self, id: object, *, account: object = None) -> PrivacyObject:
        """Give one subject, such as a customer, a new data key, and seal its row under it.

        For a key that may have become known, or that is used up. The old one stays, for what
        events and older versions hold, until the subject is erased.

        Raises:
            ConfigurationError: there are no keys.
            InvalidRequestError: there is no such subject, or it has been erased.
            KeysUnavailableError: the provider did not answer.
        """
        self._needed()
        id_ = self._parse(id_of, id)
        namespace = self._namespace(account)
        found = self._run(data_keys.renew(self._base.ground, id_, namespace))
        if isinstance(found, Refused):
            raise error_of(found)
        return PrivacyObject(found, livemode=bool(self._base.world.livemode))

    def _many(self, flow: Any, limit: int | None) -> int:
        self._needed()
        most = None if limit is None else self._parse(whole, limit, "limit", least=1, most=_MOST)
        done: int = self._run(flow(self._base.ground, most), caught_up=False)
        return done

    def _needed(self) -> None:
        if not self._base.ground.sealed:
            raise ConfigurationError("There are no keys.", hint=_PLAIN)
