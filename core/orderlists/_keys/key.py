"""The key interface, and the HMAC key.

A key is any object with `api_key` and `sign`: the classes here, a hardware token, a remote signer.

Invariant: no repr and no error shows a secret, and an API key is shown masked.
"""

from __future__ import annotations

import hmac
import re
from typing import Any, Protocol

from attrs import field, frozen

from orderlists.errors import HIDDEN, InvalidSetting

_API_KEY = re.compile(r"[A-Za-z0-9]{64}")
_SECRET = re.compile(r"[!-~]+")
_SHOWN = 4


class Key(Protocol):
    """Signs requests.  A key of your own implements these two members.

    >>> class Token:
    ...     api_key = "k" * 64
    ...
    ...     def sign(self, payload: bytes, /) -> str:
    ...         return "c2lnbmVkIGJ5IGhhcmR3YXJl"
    >>> from orderlists import CancelOrderList, Rest
    >>> request = CancelOrderList(symbol="LTCBTC", order_list_id=0)
    >>> Rest().encode(request, key=Token(), timestamp=1574040868128).headers[0][0]
    'X-MBX-APIKEY'
    """

    @property
    def api_key(self) -> str:
        """The API key that the exchange issued; sent with every signed request."""
        ...

    def sign(self, payload: bytes, /) -> str:
        """Return the signature of these bytes as text: hex for HMAC, base64 for RSA and Ed25519.

        The protocol encodes it for the wire (percent-encoded in a URL).  An exception raised here
        is passed to the caller unchanged; the request was not sent.
        """
        ...


def masked(api_key: str) -> str:
    """Return an API key with its middle masked.

    >>> masked("vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A")
    "'vmPU...Eh8A'"
    """
    return repr(f"{api_key[:_SHOWN]}...{api_key[-_SHOWN:]}")


def check_api_key(value: object) -> None:
    """Reject an invalid API key without showing it: it may be a secret passed by mistake.

    Raises:
        InvalidSetting: It is not 64 letters and digits.
    """
    if not (isinstance(value, str) and _API_KEY.fullmatch(value)):
        rule = "must be the 64 letters and digits that the exchange issued"
        raise InvalidSetting(field="api_key", value=HIDDEN, rule=rule)


def _check_secret(value: object) -> None:
    if not (isinstance(value, str) and _SECRET.fullmatch(value)):
        rule = "must be the text that the exchange issued, without white space"
        raise InvalidSetting(field="secret", value=HIDDEN, rule=rule)


@frozen(kw_only=True)
class HmacKey:
    """An API key with its secret, signing with HMAC-SHA256.

    Args:
        api_key: The 64 letters and digits that the exchange issued.
        secret: The secret key.

    Raises:
        InvalidSetting: The API key or the secret is malformed; neither is shown.

    Source: *SIGNED endpoint security*, *HMAC keys*.

    >>> key = HmacKey(
    ...     api_key="vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A",
    ...     secret="NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j",
    ... )
    >>> key
    HmacKey(api_key='vmPU...Eh8A')
    >>> key.sign(b"symbol=LTCBTC")[:16]
    'f3fbf7c1ba19e1d4'
    """

    api_key: str = field(repr=masked)
    secret: str = field(repr=False)
    _prepared: hmac.HMAC = field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        check_api_key(self.api_key)
        _check_secret(self.secret)
        # Precomputed: half of the HMAC depends on the key alone.  Frozen: no plain assignment.
        prepared = hmac.new(self.secret.encode(), digestmod="sha256")
        object.__setattr__(self, "_prepared", prepared)

    def __reduce__(self) -> tuple[Any, ...]:
        return _hmac_key, (self.api_key, self.secret)

    def sign(self, payload: bytes, /) -> str:
        """Return the HMAC-SHA256 of the payload in lower-case hex."""
        signing = self._prepared.copy()
        signing.update(payload)
        return signing.hexdigest()


def _hmac_key(api_key: str, secret: str) -> HmacKey:
    return HmacKey(api_key=api_key, secret=secret)
