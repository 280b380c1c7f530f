"""Key providers and the vault: typed refusals, nothing shown, caches bounded and dropped."""

from __future__ import annotations

import copy
import os
from base64 import b64encode

import pytest

from connectlib import ConfigurationError, Connect, LocalKeys, MissingExtra, StaticKeys
from connectlib.adapters.entropy import SeededEntropy, SystemEntropy
from connectlib.adapters.keys.vault import SIZE, Vault
from connectlib.core.data_keys import Wrapped, row_of
from connectlib.core.personal import Place
from connectlib.core.rows import World, amend
from connectlib.ports.keys import KeysUnavailable, KeyUnknown, SealBroken
from connectlib.runtime.keyring import vault_of

ONE, TWO = bytes(range(32)), bytes(range(1, 33))
WORLD = World(1, "default", 0, "acct_0001JZ97HAAM0GFCZBGXRYM7KA189", "US", 0)
PLACE = Place("customer", "name", "cus_1")


def vault(keys=None, seed=1):
    return Vault(keys or StaticKeys({"one": ONE}), SeededEntropy(seed), now=lambda: 0.0)


def key_in(made, subject="cus_0001JZ97HAAM14QPFJQ9VPRKGHHG9"):
    bare = row_of(WORLD, 0, f"d{subject}", subject, Wrapped("", "{}"))
    wrapped = made.make(bare)
    return amend(bare, kek=wrapped.kek, wrapped=wrapped.text)


@pytest.mark.parametrize("text", ["a", "ä€𐍈", "x" * 100_000, '{"line1":"1"}', "v1.1.x"])
def test_what_is_sealed_opens_again_and_never_looks_the_same_twice(text):
    made = vault()
    key = key_in(made)
    one, other = made.seal(key, [(PLACE, text), (PLACE, text)])
    assert one != other
    assert text not in one or len(text) < 10
    assert made.open([(key, PLACE, one), (key, PLACE, other)]) == [text, text]


def test_a_wrapped_key_opens_for_its_subject_and_tenant_alone():
    made = vault()
    key = key_in(made)
    for moved in (
        amend(key, subject="cus_other"),
        amend(key, id="dkey_other"),
        amend(key, account="acct_other"),
        amend(key, wrapped="{}"),
        amend(key, wrapped='{"1":"AAAA"}'),
    ):
        with pytest.raises(SealBroken):
            made.seal(moved, [(PLACE, "x")])
    with pytest.raises(KeyUnknown):
        made.seal(amend(key, kek="two"), [(PLACE, "x")])


def test_a_key_under_another_lock_opens_what_was_sealed_before():
    made = vault()
    key = key_in(made)
    (sealed,) = made.seal(key, [(PLACE, "Ada")])
    both = vault(StaticKeys({"one": ONE, "two": TWO}))
    wrapped = both.rewrap(key)
    assert wrapped.kek == "two"
    moved = amend(key, kek=wrapped.kek, wrapped=wrapped.text)
    assert vault(StaticKeys({"two": TWO})).open([(moved, PLACE, sealed)]) == ["Ada"]


class Broken:
    """A provider that answers with what no provider may answer."""

    for_live, current = True, "one"

    def __init__(self, answer):
        self.answer = answer

    def wrap(self, _key_id, key, _context):
        return self.answer(key)

    def unwrap(self, _key_id, wrapped, _context):
        return self.answer(wrapped)


def _raise(secret):
    raise RuntimeError(f"secret {secret!r}")


@pytest.mark.parametrize("answer", [_raise, lambda _: None, lambda _: b"short"])
def test_whatever_a_provider_does_is_typed_and_tells_no_secret(answer):
    key = key_in(vault())
    with pytest.raises((KeysUnavailable, SealBroken)) as caught:
        vault(Broken(answer)).seal(key, [(PLACE, "Ada")])
    assert "secret" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


def test_unwrapped_keys_are_few_and_go_with_the_process_and_the_subject(monkeypatch):
    made = vault()
    keys = [key_in(made, f"cus_{n}") for n in range(20)]
    for key in keys:
        made.seal(key, [(PLACE, "x")])
    assert len(made._open) == 20
    assert made._open.maxsize == SIZE
    made.forget(keys[0])
    assert len(made._open) == 19
    monkeypatch.setattr(os, "getpid", lambda: -1)
    made.seal(keys[1], [(PLACE, "x")])
    assert len(made._open) == 1


@pytest.mark.parametrize("secret", [ONE, TWO])
def test_no_repr_shows_a_key(secret):
    keys, local = StaticKeys({"one": secret}), LocalKeys(secret)
    made = vault(keys)
    key_in(made)
    for shown in (repr(keys), repr(local), repr(made), str(keys), repr(Connect(keys=local))):
        assert secret.hex() not in shown
        assert repr(secret) not in shown
        assert b64encode(secret).decode() not in shown
    for kept in (keys, made):
        with pytest.raises(TypeError):
            copy.copy(kept)


@pytest.mark.parametrize(
    "make",
    [
        lambda: StaticKeys({}),
        lambda: StaticKeys({"one": b"short"}),
        lambda: StaticKeys({"": ONE}),
        lambda: StaticKeys({"one": ONE}, current="two"),
        lambda: StaticKeys.parse("one"),
        lambda: StaticKeys.parse("one:!!"),
        lambda: LocalKeys(b"short"),
    ],
)
def test_what_is_no_key_is_refused(make):
    with pytest.raises(ValueError) as caught:
        make()
    assert "short" not in str(caught.value)


def test_keys_are_read_as_the_environment_has_them(monkeypatch):
    text = ",".join(f"{id_}:{b64encode(key).decode()}" for id_, key in (("a", ONE), ("b", TWO)))
    assert StaticKeys.parse(text).current == "b"
    monkeypatch.setenv("CONNECTLIB_KEYS", text)
    shop = Connect.from_env()
    assert shop.keys.status().current == "b"
    monkeypatch.setenv("CONNECTLIB_KEYS", "b:secret!")
    with pytest.raises(ConfigurationError) as caught:
        Connect.from_env()
    assert "secret!" not in str(caught.value)


def test_a_local_file_is_made_once_for_its_owner_alone(tmp_path):
    path = tmp_path / "dev.key"
    key = key_in(vault(LocalKeys(path)))
    assert path.stat().st_mode & 0o077 == 0
    again = vault(LocalKeys(path))
    assert again.seal(key, [(PLACE, "x")])
    path.write_text("no key")
    with pytest.raises(ValueError, match="holds no key"):
        LocalKeys(path)


def test_live_mode_needs_keys_and_refuses_those_for_development():
    chance = SystemEntropy()
    for keys, words in ((None, "needs keys"), (LocalKeys(ONE), "development"), (7, "provider")):
        with pytest.raises(Exception, match=words):
            vault_of(keys, chance, livemode=True)
        with pytest.raises(ConfigurationError, match=words):
            Connect(keys=keys, livemode=True)
    assert vault_of(StaticKeys({"one": ONE}), chance, livemode=True) is not None
    assert vault_of(None, chance, livemode=False) is None


def test_without_the_package_the_extra_is_named(monkeypatch):
    import sys

    keys = StaticKeys({"one": ONE})
    monkeypatch.setitem(sys.modules, "cryptography.exceptions", None)
    with pytest.raises(MissingExtra, match="cryptography") as caught:
        Connect(keys=keys)
    assert caught.value.hint == 'pip install "connectlib[crypto]"'
