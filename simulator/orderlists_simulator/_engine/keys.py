"""API keys on the side of the exchange: accounts, permissions, and verification of signatures.

It shares no code with the client, which signs, so that an error in one is found by the other.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from abc import ABC, abstractmethod
from base64 import b64decode
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from attrs import Attribute, Factory, field, frozen

from orderlists import InvalidSetting
from orderlists.errors import HIDDEN
from orderlists_simulator._engine.errors import ApiError, not_permitted

if TYPE_CHECKING:
    from orderlists_simulator._engine.public_keys import PublicKey

MAIN_ACCOUNT = "main"
"""The default account."""

_FORMAT = re.compile(r"[A-Za-z0-9]{64}")


def _check_format(_instance: object, attribute: Attribute[Any], value: str) -> None:
    if _FORMAT.fullmatch(value) is None:
        raise InvalidSetting(
            field=attribute.name, value=HIDDEN, rule="must be 64 letters and digits"
        )


def _masked(api_key: str) -> str:
    return f"'{api_key[:4]}...'"


@frozen(kw_only=True)
class ApiKey(ABC):
    """An API key of an account.

    Attributes:
        api_key: 64 letters and digits, sent by the client as ``X-MBX-APIKEY``.
        account: Its account.  Keys of one account see the same lists.
        may_trade: Whether it has the permission to place and cancel.
    """

    api_key: str = field(validator=_check_format, repr=_masked)
    account: str = MAIN_ACCOUNT
    may_trade: bool = True

    @property
    def may_log_on(self) -> bool:
        """Whether it can authenticate a connection: true of Ed25519 keys only."""
        return False

    @abstractmethod
    def verify(self, payload: bytes, signature: str) -> bool:
        """Return whether a signature of these bytes was made with this key."""


@frozen(kw_only=True)
class HmacApiKey(ApiKey):
    """A key that signs with HMAC-SHA256, written as hexadecimal digits of either case.

    Attributes:
        secret: Shared by the client and the venue.

    >>> key = HmacApiKey(api_key="k" * 64, secret="s")
    >>> key.verify(b"a=1", hmac.new(b"s", b"a=1", hashlib.sha256).hexdigest().upper())
    True
    """

    secret: str = field(repr=False)

    def verify(self, payload: bytes, signature: str) -> bool:
        """Return whether a signature of these bytes was made with this key."""
        made = hmac.new(self.secret.encode(), payload, hashlib.sha256).hexdigest()
        return made == signature.lower()


def _public_key(key: AsymmetricApiKey) -> PublicKey:
    # Imported here: a venue with HMAC keys only does not need the extra.
    from orderlists_simulator._engine.public_keys import load  # noqa: PLC0415

    return load(key.public_key)


@frozen(kw_only=True)
class AsymmetricApiKey(ApiKey):
    """A key that signs with RSA (PKCS#1 v1.5, SHA-256) or Ed25519, written in base64.

    Attributes:
        public_key: The public key as PEM text, RSA or Ed25519.

    Raises:
        MissingExtra: `cryptography` is not installed.
        InvalidSetting: The text is not such a public key.
    """

    public_key: str = field(repr=False)
    _loaded: PublicKey = field(
        init=False, repr=False, eq=False, default=Factory(_public_key, takes_self=True)
    )

    @property
    def may_log_on(self) -> bool:
        """Whether it can authenticate a connection: true of Ed25519 keys only."""
        return self._loaded.is_ed25519

    def verify(self, payload: bytes, signature: str) -> bool:
        """Return whether a signature of these bytes was made with this key."""
        try:
            decoded = b64decode(signature, validate=True)
        except ValueError:
            return False
        return self._loaded.verify(payload, decoded)


EXAMPLE_KEY = HmacApiKey(
    api_key="vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A",
    secret="NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j",  # noqa: S106 - published in the REST API's documentation, opens nothing
)
"""The HMAC key of the exchange's documentation; the default key of a venue."""


class KeyStore:
    """The API keys of every account."""

    def __init__(self, keys: Iterable[ApiKey]) -> None:
        self._keys = {key.api_key: key for key in keys}

    def __iter__(self) -> Iterator[ApiKey]:
        return iter(self._keys.values())

    def authenticate(self, api_key: str | None) -> ApiKey:
        """Return the key that a request names.

        Raises:
            ApiError: -2014, it is missing or malformed; -2015, it is unknown.
        """
        if api_key is None or _FORMAT.fullmatch(api_key) is None:
            raise ApiError(-2014, "API-key format invalid.")
        if api_key not in self._keys:
            raise not_permitted()
        return self._keys[api_key]
