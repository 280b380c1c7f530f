"""Whether personal data is sealed, and with whose keys: decided when an engine is built."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connectlib.adapters.clock import monotonic

if TYPE_CHECKING:
    from connectlib.adapters.keys.vault import Vault
    from connectlib.ports.entropy import Entropy

_HINT = "pass keys=LocalKeys(path) in development, or StaticKeys({id: key}) from your secret store"


class Misconfigured(Exception):
    """The engine cannot be set up like this; `hint` says what to do."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


class MissingPackage(Misconfigured):
    """A package of an extra is not installed; `hint` installs it."""


def vault_of(keys: Any, entropy: Entropy, *, livemode: bool) -> Vault | None:
    """The vault over a key provider; None where there is none, in test mode only.

    Raises: Misconfigured.
    """
    if keys is None:
        if livemode:
            raise Misconfigured("live mode keeps personal data sealed, so it needs keys.", _HINT)
        return None
    try:
        from connectlib.adapters.keys.vault import Vault

        provider = _provider(keys)
        if livemode and not provider.for_live:
            raise Misconfigured(
                f"{type(provider).__name__} is for development: live mode refuses it.",
                "pass keys=StaticKeys({id: key}), or a provider of your key management service",
            )
        return Vault(provider, entropy, now=monotonic)
    except ModuleNotFoundError as error:
        raise MissingPackage(
            f"sealing personal data needs the package {error.name}.",
            'pip install "connectlib[crypto]"',
        ) from error


def _provider(keys: Any) -> Any:
    """The provider; a text is what CONNECTLIB_KEYS holds."""
    if isinstance(keys, str):
        from connectlib.adapters.keys.providers import StaticKeys

        try:
            return StaticKeys.parse(keys)
        except ValueError as error:
            raise Misconfigured(f"CONNECTLIB_KEYS: {error}.", _HINT) from None
    able = all(callable(getattr(keys, verb, None)) for verb in ("wrap", "unwrap"))
    if not able or not hasattr(keys, "for_live"):
        raise Misconfigured("keys must be a key provider.", _HINT)
    return keys
