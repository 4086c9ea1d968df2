"""Keys that sign with a private key: RSA and Ed25519, by the `cryptography` library.

The exchange knows only the public half.  The library is loaded when the first such key is made, so
that who signs with HMAC does not need it.

Reading the file of a key given as a path is the one thing in core that touches the outside, and it
happens when the key is made, never later.
"""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, TypeVar

from orderlists._keys.key import check_api_key, masked
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
        private_key: PEM as text or bytes, DER as bytes, or the `Path` of a file with either; 2048
            to 4096 bits.
        passphrase: What the private key is encrypted with; None if it is not.

    Raises:
        InvalidSetting: The API key or the private key cannot be used; neither is shown.
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


class Ed25519Key:
    """An API key with an Ed25519 private key: the kind that the exchange recommends.

    Args:
        api_key: The 64 letters and digits that the exchange issued for the public key.
        private_key: PEM as text or bytes, DER as bytes, or the `Path` of a file with either.
        passphrase: What the private key is encrypted with; None if it is not.

    Raises:
        InvalidSetting: The API key or the private key cannot be used; neither is shown.
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
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import (
        load_der_private_key,
        load_pem_private_key,
    )

    data = _bytes_of(private_key)
    password = passphrase.encode() if isinstance(passphrase, str) else passphrase
    load = load_pem_private_key if data.lstrip().startswith(b"-----BEGIN") else load_der_private_key
    try:
        private = load(data, password)
    except TypeError as error:
        rule = "must be given for an encrypted private key, and for no other"
        raise InvalidSetting(field="passphrase", value=HIDDEN, rule=rule) from error
    except (ValueError, UnsupportedAlgorithm) as error:
        rule = (
            f"must be an {name} private key (PEM as text or bytes, DER as bytes, or a pathlib.Path "
            "of a file), and the passphrase the right one"
        )
        raise InvalidSetting(field="private_key", value=HIDDEN, rule=rule) from error
    if not isinstance(private, kind):
        rule = f"must be an {name} private key, not {type(private).__name__}"
        raise InvalidSetting(field="private_key", value=HIDDEN, rule=rule)
    return private


def _bytes_of(private_key: object) -> bytes:
    from pathlib import Path

    match private_key:
        case bytes():
            return private_key
        case str():
            return private_key.encode()
        case Path():
            return _read(private_key)
        case _:
            rule = "must be text, bytes or a pathlib.Path"
            raise InvalidSetting(field="private_key", value=HIDDEN, rule=rule)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        rule = f"must be a file that can be read ({error.strerror})"
        raise InvalidSetting(field="private_key", value=str(path), rule=rule) from error
