"""API keys, as the exchange keeps them: whose they are, what they may do, how they prove it.

The client signs; this is the other side, which verifies.  The two share no code, so that a mistake
in one is found by the other.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from abc import ABC, abstractmethod
from base64 import b64decode
from typing import TYPE_CHECKING, Any

from attrs import Attribute, Factory, field, frozen

from orderlists import InvalidSetting
from orderlists.errors import HIDDEN

if TYPE_CHECKING:
    from orderlists_simulator._asymmetric import PublicKey

MAIN = "main"
"""The account that everything belongs to unless told otherwise."""

_FORMAT = re.compile(r"[A-Za-z0-9]{64}")


def is_well_formed(api_key: str) -> bool:
    """Tell whether this can be an API key at all: 64 letters and digits."""
    return _FORMAT.fullmatch(api_key) is not None


def _check_format(_instance: object, attribute: Attribute[Any], value: str) -> None:
    if not is_well_formed(value):
        raise InvalidSetting(
            field=attribute.name, value=HIDDEN, rule="must be 64 letters and digits"
        )


def _masked(api_key: str) -> str:
    return f"'{api_key[:4]}...'"


@frozen(kw_only=True)
class ApiKey(ABC):
    """An API key of an account.

    Attributes:
        api_key: What the client sends as ``X-MBX-APIKEY``: 64 letters and digits.
        account: Whose it is.  Keys of one account see the same lists.
        may_trade: Whether it may cancel and place; a key without is refused with -2015.
    """

    api_key: str = field(validator=_check_format, repr=_masked)
    account: str = MAIN
    may_trade: bool = True

    @property
    def may_log_on(self) -> bool:
        """Whether it may authenticate a connection: an Ed25519 key only."""
        return False

    @abstractmethod
    def verify(self, payload: bytes, signature: str) -> bool:
        """Tell whether this key made this signature over these bytes."""


@frozen(kw_only=True)
class HmacApiKey(ApiKey):
    """A key that signs with HMAC-SHA256, written as hexadecimal digits of either case.

    Attributes:
        secret: Known to the client and the venue.

    >>> key = HmacApiKey(api_key="k" * 64, secret="s")
    >>> key.verify(b"a=1", hmac.new(b"s", b"a=1", hashlib.sha256).hexdigest().upper())
    True
    """

    secret: str = field(repr=False)

    def verify(self, payload: bytes, signature: str) -> bool:
        """Tell whether this key made this signature over these bytes."""
        made = hmac.new(self.secret.encode(), payload, hashlib.sha256).hexdigest()
        return made == signature.lower()


def _public_key(key: AsymmetricApiKey) -> PublicKey:
    # Here and not above: a venue whose keys are all HMAC keys does without the extra.
    from orderlists_simulator._asymmetric import load  # noqa: PLC0415

    return load(key.public_key)


@frozen(kw_only=True)
class AsymmetricApiKey(ApiKey):
    """A key that signs with RSA (PKCS#1 v1.5, SHA-256) or Ed25519, written in base64.

    Attributes:
        public_key: The public half, as PEM text; it tells which of the two it is.

    Raises:
        MissingExtra: `cryptography` is not installed.
        InvalidSetting: This is no public key of these two kinds.
    """

    public_key: str = field(repr=False)
    _loaded: PublicKey = field(
        init=False, repr=False, eq=False, default=Factory(_public_key, takes_self=True)
    )

    @property
    def may_log_on(self) -> bool:
        """Whether it may authenticate a connection: an Ed25519 key only."""
        return self._loaded.is_ed25519

    def verify(self, payload: bytes, signature: str) -> bool:
        """Tell whether this key made this signature over these bytes."""
        try:
            decoded = b64decode(signature, validate=True)
        except ValueError:
            return False
        return self._loaded.signed(payload, decoded)


EXAMPLE_KEY = HmacApiKey(
    api_key="vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A",
    secret="NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j",  # noqa: S106 - published in the REST API's documentation, opens nothing
)
"""The key of the exchange's documentation; every venue knows it unless told otherwise."""
