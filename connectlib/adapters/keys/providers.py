"""Key-encryption keys in this process: a local one for development, and given ones for live mode.

A provider of a key management service has the same three members: see `ports.keys`.
"""

from __future__ import annotations

import os
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from connectlib.adapters.entropy import SystemEntropy
from connectlib.ports.keys import KeyUnknown, SealBroken

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    from connectlib.ports.entropy import Entropy

KEY, NONCE = 32, 12
_ID_MAX = 100


class NoKey(ValueError):
    """What was given is no key; it is never shown."""


class StaticKeys:
    """Key-encryption keys that are given: {id: 32 bytes}, as your secret store holds them.

    current: the id of the one that new data keys are wrapped under; the last one by default.
    Old ones stay until `connect.keys.status()` counts nothing under them.

    Raises ValueError for what is no key.
    """

    for_live = True

    def __init__(
        self,
        keys: Mapping[str, bytes],
        *,
        current: str | None = None,
        entropy: Entropy | None = None,
    ) -> None:
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        self._invalid = InvalidTag
        self._entropy = entropy or SystemEntropy()
        self._ciphers = {_id_of(id_): AESGCM(_key_of(id_, key)) for id_, key in keys.items()}
        if not self._ciphers:
            raise NoKey("at least one key-encryption key is needed")
        self._current = current if current is not None else list(self._ciphers)[-1]
        if self._current not in self._ciphers:
            raise NoKey("current names none of the keys given")

    @classmethod
    def parse(cls, text: str) -> StaticKeys:
        """Keys as CONNECTLIB_KEYS has them: `id:base64,id:base64`; the last one is the current.

        Raises ValueError, which never shows a key.
        """
        found: dict[str, bytes] = {}
        for part in text.split(","):
            id_, _, secret = part.strip().partition(":")
            try:
                found[id_] = b64decode(secret, validate=True)
            except NotBase64:
                raise NoKey("keys are written id:base64, with a comma between two") from None
        return cls(found)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} current={self._current!r}>"

    def __reduce__(self) -> NoReturn:
        """Refuse: keys are not to be copied out of the process."""
        raise TypeError(f"{type(self).__name__} holds keys: it cannot be pickled or copied")

    @property
    def current(self) -> str:
        """See `ports.keys`."""
        return self._current

    def wrap(self, key_id: str, key: bytes, context: bytes) -> bytes:
        """See `ports.keys`."""
        nonce = self._entropy.bytes(NONCE)
        return nonce + self._cipher(key_id).encrypt(nonce, key, context)

    def unwrap(self, key_id: str, wrapped: bytes, context: bytes) -> bytes:
        """See `ports.keys`."""
        cipher = self._cipher(key_id)
        try:
            return cipher.decrypt(wrapped[:NONCE], wrapped[NONCE:], context)
        except (self._invalid, ValueError):
            pass
        raise SealBroken(f"a data key under '{key_id}'")

    def _cipher(self, key_id: str) -> AESGCM:
        if key_id not in self._ciphers:
            raise KeyUnknown(key_id)
        return self._ciphers[key_id]


class LocalKeys(StaticKeys):
    """One key-encryption key for development: 32 bytes, or the path of a file that has them.

    A file that is not there is made, readable by you alone. Live mode refuses it: whoever has
    the disk has the key.

    Raises ValueError for what is no key.
    """

    for_live = False

    def __init__(
        self, source: bytes | str | os.PathLike[str], *, entropy: Entropy | None = None
    ) -> None:
        chance = entropy or SystemEntropy()
        key = source if isinstance(source, bytes) else _kept(Path(source), chance)
        super().__init__({"local": key}, entropy=chance)


def _kept(path: Path, entropy: Entropy) -> bytes:
    """The key in a file; a new one where there is no file."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        pass
    else:
        with os.fdopen(handle, "wb") as file:
            file.write(b64encode(entropy.bytes(KEY)) + b"\n")
    try:
        return b64decode(path.read_bytes().strip(), validate=True)
    except NotBase64:
        raise NoKey(f"{path} holds no key") from None


def _id_of(id_: object) -> str:
    if not isinstance(id_, str) or not 1 <= len(id_) <= _ID_MAX or not id_.isprintable():
        raise NoKey(f"the id of a key is a text of 1 to {_ID_MAX} printable characters")
    return id_


def _key_of(id_: str, key: object) -> bytes:
    if not isinstance(key, bytes) or len(key) != KEY:
        raise NoKey(f"the key '{id_}' must be {KEY} bytes, from a source of chance")
    return key
