"""Keys that sign with a private key: RSA and Ed25519, by the `cryptography` library.

The exchange stores only the public key.  `cryptography` is imported when the first such key is
constructed, so HMAC keys do not require it.  A pickle of a key contains the private key, not
encrypted.

Reading a key file given as a path is the only I/O in core; it happens in the constructor.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

from orderlists._keys.key import check_api_key, masked
from orderlists._keys.private_key_forms import Material, material_in
from orderlists.errors import HIDDEN, InvalidSetting, MissingExtra

if TYPE_CHECKING:
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

K = TypeVar("K")

_SMALLEST_RSA, _LARGEST_RSA = 2048, 4096


class RsaKey:
    """An API key with an RSA private key, signing with RSASSA-PKCS1-v1_5 and SHA-256.

    Args:
        api_key: The 64 letters and digits that the exchange issued for the public key.
        private_key: PEM (PKCS#8, traditional or OpenSSH) as text or bytes, DER as bytes, or the
            `Path` of a file with either; 2048 to 4096 bits.
        passphrase: The passphrase of an encrypted private key; None or empty for any other.

    Raises:
        InvalidSetting: The API key or the private key is invalid; neither is shown.
        MissingExtra: The `crypto` extra is not installed.

    Source: *SIGNED endpoint security*, *RSA keys*.
    """

    __slots__ = ("_private", "api_key")

    def __init__(
        self,
        *,
        api_key: str,
        private_key: str | bytes | Path,
        passphrase: str | bytes | None = None,
    ) -> None:
        check_api_key(api_key)
        private = _load(private_key, passphrase, _rsa_type(), "RSA")
        if not _SMALLEST_RSA <= private.key_size <= _LARGEST_RSA:
            rule = f"must have {_SMALLEST_RSA} to {_LARGEST_RSA} bits"
            raise InvalidSetting(field="private_key", value=HIDDEN, rule=rule)
        self.api_key = api_key
        self._private = private

    def sign(self, payload: bytes, /) -> str:
        """Return the signature of the payload in base64."""
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
        from cryptography.hazmat.primitives.hashes import SHA256

        return b64encode(self._private.sign(payload, PKCS1v15(), SHA256())).decode("ascii")

    def __repr__(self) -> str:
        return f"RsaKey(api_key={masked(self.api_key)})"

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (RsaKey, self.api_key, _der(self._private))


class Ed25519Key:
    """An API key with an Ed25519 private key: the type that the exchange recommends.

    Args:
        api_key: The 64 letters and digits that the exchange issued for the public key.
        private_key: PEM (PKCS#8, traditional or OpenSSH) as text or bytes, DER as bytes, or the
            `Path` of a file with either.
        passphrase: The passphrase of an encrypted private key; None or empty for any other.

    Raises:
        InvalidSetting: The API key or the private key is invalid; neither is shown.
        MissingExtra: The `crypto` extra is not installed.

    Source: *SIGNED endpoint security*, *Ed25519 keys*.
    """

    __slots__ = ("_private", "api_key")

    def __init__(
        self,
        *,
        api_key: str,
        private_key: str | bytes | Path,
        passphrase: str | bytes | None = None,
    ) -> None:
        check_api_key(api_key)
        self._private = _load(private_key, passphrase, _ed25519_type(), "Ed25519")
        self.api_key = api_key

    def sign(self, payload: bytes, /) -> str:
        """Return the signature of the payload in base64."""
        return b64encode(self._private.sign(payload)).decode("ascii")

    def __repr__(self) -> str:
        return f"Ed25519Key(api_key={masked(self.api_key)})"

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (Ed25519Key, self.api_key, _der(self._private))


def _rsa_type() -> type[RSAPrivateKey]:
    try:
        from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    except ImportError as error:
        raise MissingExtra("crypto", needed_for="RsaKey") from error
    return RSAPrivateKey


def _ed25519_type() -> type[Ed25519PrivateKey]:
    try:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    except ImportError as error:
        raise MissingExtra("crypto", needed_for="Ed25519Key") from error
    return Ed25519PrivateKey


def _load(
    private_key: str | bytes | Path, passphrase: str | bytes | None, kind: type[K], name: str
) -> K:
    material = material_in(_bytes_of(private_key))
    if isinstance(material, str):
        raise InvalidSetting(field="private_key", value=HIDDEN, rule=material)
    # An empty passphrase, such as an environment variable that is not set, is none.
    text_or_bytes = passphrase or None
    password = (
        _encoded(text_or_bytes, "passphrase") if isinstance(text_or_bytes, str) else text_or_bytes
    )
    private = _loaded(material, password, name)
    if not isinstance(private, kind):
        rule = f"must be an {name} private key, not {type(private).__name__}"
        raise InvalidSetting(field="private_key", value=HIDDEN, rule=rule)
    return private


def _loaded(material: Material, password: bytes | None, name: str) -> object:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import (
        load_der_private_key,
        load_pem_private_key,
        load_ssh_private_key,
    )

    load = {
        "PEM": load_pem_private_key,
        "OpenSSH": load_ssh_private_key,
        "DER": load_der_private_key,
    }[material.encoding]
    try:
        return load(material.data, password)
    except TypeError as error:
        rule = "must be given for an encrypted private key, and for no other"
        raise InvalidSetting(field="passphrase", value=HIDDEN, rule=rule) from error
    except (ValueError, UnsupportedAlgorithm) as error:
        if password is not None:
            rule = "must be the passphrase of this private key, or the key is damaged"
            raise InvalidSetting(field="passphrase", value=HIDDEN, rule=rule) from error
        rule = f"must be an {name} private key in PEM or DER, whole and not damaged"
        raise InvalidSetting(field="private_key", value=HIDDEN, rule=rule) from error


def _der(private: RSAPrivateKey | Ed25519PrivateKey) -> bytes:
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        NoEncryption,
        PrivateFormat,
    )

    return private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def _restored(kind: Callable[..., K], api_key: str, private_key: bytes) -> K:
    return kind(api_key=api_key, private_key=private_key)


def _bytes_of(private_key: object) -> bytes:
    from pathlib import Path

    match private_key:
        case bytes():
            return private_key
        case str():
            return _encoded(private_key, "private_key")
        case Path():
            return _read(private_key)
        case _:
            rule = "must be text, bytes or a pathlib.Path"
            raise InvalidSetting(field="private_key", value=HIDDEN, rule=rule)


def _encoded(text: str, field: str) -> bytes:
    with suppress(UnicodeEncodeError):  # Its repr holds the whole text.
        return text.encode()
    rule = "must be text in UTF-8; it holds bytes that were not decoded"
    raise InvalidSetting(field=field, value=HIDDEN, rule=rule)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        rule = f"must be a readable file ({error.strerror})"
        raise InvalidSetting(field="private_key", value=str(path), rule=rule) from error
