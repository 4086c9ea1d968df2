"""The key that signs: from variables, from files that variables name, or from the keyring.

Never from arguments, which other users of a machine can read.

Invariant: no error shows a secret; each names the variable or the entry to correct.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import TypeAlias

from orderlists import Ed25519Key, HmacKey, InvalidSetting, Key, RsaKey
from orderlists.errors import HIDDEN

API_KEY, SECRET = "ORDERLISTS_API_KEY", "ORDERLISTS_SECRET"
PRIVATE_KEY_FILE, PASSPHRASE = "ORDERLISTS_PRIVATE_KEY_FILE", "ORDERLISTS_PASSPHRASE"
_NO_KEY = (
    f"must be given, with {SECRET} or {PRIVATE_KEY_FILE}; or {API_KEY}_FILE and {SECRET}_FILE; "
    "or the entries api_key, and secret or private_key, of the service {service} in the system's "
    "keyring, for which the keyring extra is needed: pip install 'orderlists[keyring]'"
)
_ONE_SECRET = f"must be given with exactly one of {SECRET}, {SECRET}_FILE and {PRIVATE_KEY_FILE}"

ReadKeyring: TypeAlias = Callable[[str, str], str | None]
"""Returns the secret of a service and a name, or None."""


class NoKey:
    """Stands for a key where nothing is signed."""

    api_key = ""

    def sign(self, payload: bytes, /) -> str:
        """Refuse to sign.

        Raises:
            InvalidSetting: Always.
        """
        del payload
        raise InvalidSetting(field=API_KEY, value=None, rule="must be given for what is signed")


def key_of(environment: str, variables: Mapping[str, str], read_keyring: ReadKeyring) -> Key:
    """Return the key for an environment.

    Args:
        environment: The name of the environment, of which the keyring has a service each.
        variables: The variables of the process.
        read_keyring: Reads the system's keyring; it is asked if no variable gives an API key.

    Raises:
        InvalidSetting: There is none, or what is given is no key.
        MissingExtra: The key needs a library that is not installed.
    """
    api_key = _text_of(API_KEY, variables)
    if api_key is None:
        return _from_keyring(f"orderlists:{environment}", read_keyring)
    secret = _text_of(SECRET, variables)
    file = variables.get(PRIVATE_KEY_FILE) or None
    if (secret is None) == (file is None):
        raise InvalidSetting(field=API_KEY, value=HIDDEN, rule=_ONE_SECRET)
    if secret is not None:
        return HmacKey(api_key=api_key, secret=secret)
    pem, passphrase = _read(PRIVATE_KEY_FILE, str(file)), variables.get(PASSPHRASE)
    return _private_key(api_key, pem, passphrase, field=PRIVATE_KEY_FILE)


def _text_of(name: str, variables: Mapping[str, str]) -> str | None:
    """Return a variable, or the text of the file that ``NAME_FILE`` names."""
    text, file = variables.get(name) or None, variables.get(f"{name}_FILE") or None
    if text is not None and file is not None:
        rule = f"must not be given beside {name}_FILE"
        raise InvalidSetting(field=name, value=HIDDEN, rule=rule)
    return text if file is None else _read(f"{name}_FILE", file).decode("utf-8", "replace").strip()


def _read(name: str, file: str) -> bytes:
    try:
        return Path(file).read_bytes()
    except OSError as error:
        rule = f"must be a file that can be read ({error.strerror})"
        raise InvalidSetting(field=name, value=file, rule=rule) from None


def _private_key(
    api_key: str, private_key: str | bytes, passphrase: str | None, *, field: str
) -> Key:
    try:
        return Ed25519Key(api_key=api_key, private_key=private_key, passphrase=passphrase)
    except InvalidSetting as first:
        if first.field != "private_key":
            raise
        try:
            return RsaKey(api_key=api_key, private_key=private_key, passphrase=passphrase)
        except InvalidSetting as second:
            rule = f"as an Ed25519 key it {first.rule}; as an RSA key it {second.rule}"
            raise InvalidSetting(field=field, value=HIDDEN, rule=rule) from None


def _from_keyring(service: str, read_keyring: ReadKeyring) -> Key:
    api_key = read_keyring(service, "api_key")
    secret = read_keyring(service, "secret")
    private_key = read_keyring(service, "private_key")
    if api_key is None or (secret is None and private_key is None):
        rule = _NO_KEY.format(service=service)
        raise InvalidSetting(field=API_KEY, value=None, rule=rule)
    if private_key is None:
        return HmacKey(api_key=api_key, secret=str(secret))
    field = f"KEYRING {service} private_key"
    if secret is not None:
        rule = "must not be given beside the entry secret"
        raise InvalidSetting(field=field, value=HIDDEN, rule=rule)
    return _private_key(api_key, private_key, read_keyring(service, "passphrase"), field=field)


def read_system_keyring(service: str, name: str) -> str | None:
    """Return a secret of the system's keyring; None if it has none, or there is no keyring.

    Raises:
        InvalidSetting: The keyring cannot be read.
    """
    try:
        keyring = import_module("keyring")
    except ImportError:
        return None
    try:
        secret: str | None = keyring.get_password(service, name)
    except keyring.errors.NoKeyringError:
        return None  # As on a server, where the library is installed and no keyring runs.
    except keyring.errors.KeyringError as error:
        rule = f"must be in a keyring that can be read ({type(error).__name__})"
        raise InvalidSetting(field=f"KEYRING {service} {name}", value=None, rule=rule) from None
    return secret
