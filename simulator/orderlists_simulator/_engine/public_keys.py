"""Public RSA and Ed25519 keys, by means of `cryptography`.

This is the only module that imports it, and it is imported when the first such key is made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from orderlists import InvalidSetting, MissingExtra
from orderlists.errors import HIDDEN

try:
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import load_pem_public_key
except ImportError as error:
    raise MissingExtra("crypto", needed_for="verifying RSA and Ed25519 signatures") from error

if TYPE_CHECKING:
    from collections.abc import Callable


@frozen
class PublicKey:
    """A public key.

    Attributes:
        is_ed25519: Whether it is an Ed25519 key.
        verify: Returns whether a signature of a payload is valid.
    """

    is_ed25519: bool
    verify: Callable[[bytes, bytes], bool]


def load(pem: str) -> PublicKey:
    """Return the key in a PEM text.

    Raises:
        InvalidSetting: It is not a public RSA or Ed25519 key.
    """
    rule = "must be a public RSA or Ed25519 key in PEM"
    try:
        key = load_pem_public_key(pem.encode())
    except (ValueError, UnsupportedAlgorithm) as error:
        raise InvalidSetting(field="public_key", value=HIDDEN, rule=rule) from error
    if isinstance(key, RSAPublicKey):
        scheme, digest = PKCS1v15(), SHA256()
        verify = _accepts(lambda signature, data: key.verify(signature, data, scheme, digest))
        return PublicKey(is_ed25519=False, verify=verify)
    if isinstance(key, Ed25519PublicKey):
        return PublicKey(is_ed25519=True, verify=_accepts(key.verify))
    raise InvalidSetting(field="public_key", value=HIDDEN, rule=rule)


def _accepts(verify: Callable[[bytes, bytes], object]) -> Callable[[bytes, bytes], bool]:
    """Return a function of payload and signature that says whether `verify` accepts them."""

    def accepts(payload: bytes, signature: bytes) -> bool:
        try:
            verify(signature, payload)
        except InvalidSignature:
            return False
        return True

    return accepts
