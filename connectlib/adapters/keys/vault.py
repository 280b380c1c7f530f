"""The vault: seals and opens texts under data keys, which a provider keeps under lock.

AES-256-GCM with random 96-bit nonces (NIST SP 800-38D); blind indexes and marks of requests are
HMAC-SHA256 under keys of their own, derived from the world's secret.
"""

from __future__ import annotations

import hmac
import json
import os
import threading
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import TYPE_CHECKING, Any, NoReturn

from cachetools import TTLCache

from connectlib.core.data_keys import Wrapped
from connectlib.core.drafts import encode
from connectlib.core.personal import bound_to, generation_of
from connectlib.ports.keys import KeyFault, KeysUnavailable, SealBroken

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    from connectlib.core.personal import Place
    from connectlib.core.rows import DataKey
    from connectlib.ports.entropy import Entropy
    from connectlib.ports.keys import KeyProvider

KEY, NONCE = 32, 12
#: Bytes of a blind index: two texts of one field have the same with a chance of 2^-128.
_INDEX = 16
#: Unwrapped keys kept in this process, and for how many seconds.
SIZE, TTL = 4096, 300.0


class Vault:
    """Seals and opens. now: seconds that only grow, for the cache of unwrapped keys."""

    def __init__(
        self, provider: KeyProvider, entropy: Entropy, *, now: Callable[[], float]
    ) -> None:
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        self._cipher, self._invalid = AESGCM, InvalidTag
        self.provider = provider
        self._entropy = entropy
        self._now = now
        self._secret: bytes | None = None
        self._start()

    def __repr__(self) -> str:
        return "<Vault>"

    def __reduce__(self) -> NoReturn:
        """Refuse: keys are not to be copied out of the process."""
        raise TypeError(f"{type(self).__name__} holds keys: it cannot be pickled or copied")

    def _start(self) -> None:
        self._pid = os.getpid()
        self._lock = threading.Lock()
        self._open: TTLCache[tuple[str, ...], AESGCM] = TTLCache(SIZE, TTL, timer=self._now)

    def make(self, key: DataKey) -> Wrapped:
        """A new data key, under lock; of `key` only its tenant and subject count."""
        return self._add(key, {}, "1")

    def renew(self, key: DataKey) -> Wrapped:
        """A key with one more generation, all of it under the current key-encryption key."""
        return self._add(key, self._unlocked(key), str(key.generation + 1))

    def rewrap(self, key: DataKey) -> Wrapped:
        """A key under the current key-encryption key."""
        return self._locked(key, self._unlocked(key))

    def rewrap_all(self, keys: Sequence[DataKey]) -> list[Wrapped]:
        """Each of these keys under the current key-encryption key."""
        return [self.rewrap(key) for key in keys]

    def current(self) -> str:
        """The id of the current key-encryption key."""
        found: str = self._ask(lambda: self.provider.current)
        return found

    def _add(self, key: DataKey, known: dict[str, bytes], generation: str) -> Wrapped:
        return self._locked(key, {**known, generation: self._entropy.bytes(KEY)})

    def _locked(self, key: DataKey, raw: dict[str, bytes]) -> Wrapped:
        kek = self.current()
        kept = {
            generation: _text(self._ask(self.provider.wrap, kek, secret, bound_to(key, generation)))
            for generation, secret in raw.items()
        }
        return Wrapped(kek, encode(kept))

    def _unlocked(self, key: DataKey) -> dict[str, bytes]:
        return {each: self._unwrap(key, each) for each in json.loads(key.wrapped)}

    def _unwrap(self, key: DataKey, generation: str) -> bytes:
        try:
            wrapped = urlsafe_b64decode(json.loads(key.wrapped)[generation])
        except (KeyError, ValueError):
            raise SealBroken(f"the data key {key.id}") from None
        context = bound_to(key, generation)
        found: bytes = self._ask(self.provider.unwrap, key.kek, wrapped, context)
        if type(found) is not bytes or len(found) != KEY:
            raise SealBroken(f"the data key {key.id}")
        return found

    def _ask(self, verb: Any, *arguments: Any) -> Any:
        """Ask the provider. Its words are never told: they may hold what it was given."""
        try:
            return verb(*arguments)
        except KeyFault:
            raise
        except Exception as error:
            what = f"raised {type(error).__name__}"
        raise KeysUnavailable(what)

    def seal(self, key: DataKey, items: Sequence[tuple[Place, str]]) -> list[str]:
        """Each text sealed for its place, under the newest generation."""
        generation = str(key.generation)
        cipher = self._opened(key, generation)
        return [
            f"v1.{generation}."
            + _text(_sealed(cipher, self._entropy, text.encode(), bound_to(key, generation, place)))
            for place, text in items
        ]

    def open(self, items: Sequence[tuple[DataKey, Place, str]]) -> list[str]:
        """Each text as it was before it was sealed. Raises SealBroken."""
        return [self._text_of(*item) for item in items]

    def _text_of(self, key: DataKey, place: Place, sealed: str) -> str:
        generation = generation_of(sealed)
        cipher = self._opened(key, generation)
        where = f"{place.column} of {place.row}"
        try:
            data = urlsafe_b64decode(sealed.rpartition(".")[2])
            plain = cipher.decrypt(data[:NONCE], data[NONCE:], bound_to(key, generation, place))
            return plain.decode()
        except (self._invalid, ValueError):
            pass
        raise SealBroken(where)

    def _opened(self, key: DataKey, generation: str) -> AESGCM:
        if os.getpid() != self._pid:
            self._start()
        name = (key.id, generation, key.wrapped)
        with self._lock:
            found: AESGCM | None = self._open.get(name)
        if found is None:
            found = self._cipher(self._unwrap(key, generation))
            with self._lock:
                self._open[name] = found
        return found

    def forget(self, key: DataKey) -> None:
        """Drop what is kept of a key."""
        with self._lock:
            for name in [name for name in self._open if name[0] == key.id]:
                del self._open[name]

    def ready(self, key: DataKey) -> None:
        """Take a world's own secret."""
        self._secret = self._unwrap(key, str(key.generation))

    def index(self, field: str, text: str) -> str:
        """The blind index of a text: the same for the same text of a field, and nothing else."""
        return self._mac(b"blind index", f"{field}\0{text}")[: 2 * _INDEX]

    def mark(self, fingerprint: str) -> str:
        """What is kept of what a request asks: it may be about personal data."""
        return self._mac(b"fingerprint", fingerprint)[:32]

    def _mac(self, use: bytes, text: str) -> str:
        if self._secret is None:
            raise KeysUnavailable("has not been asked for the secret of this world")
        own = hmac.digest(self._secret, use, "sha256")
        return hmac.new(own, text.encode(), "sha256").hexdigest()


def _sealed(cipher: AESGCM, entropy: Entropy, plain: bytes, bound: bytes) -> bytes:
    nonce = entropy.bytes(NONCE)
    return nonce + cipher.encrypt(nonce, plain, bound)


def _text(data: bytes) -> str:
    return urlsafe_b64encode(data).decode()
