"""Writing and signing a request, beside the signature alone.

Every request has another id, and every turn another time, as in life.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64encode
from itertools import count
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from benchmarks.exchange import API_KEY, RECV_WINDOW, REPLIES, SECRET, SYMBOL
from benchmarks.parts._duel import Act, duel
from orderlists import CancelOrderList, Ed25519Key, HmacKey, Key, Rest, RsaKey

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

_NOW = 1_574_040_868_128
_REQUESTS = [
    CancelOrderList(
        symbol=SYMBOL,
        order_list_id=number,
        new_client_order_id=f"{number:032x}",
        recv_window=RECV_WINDOW,
    )
    for number in range(REPLIES)
]
_REST = Rest()


def measure(rounds: int) -> dict[str, Any]:
    """Return the costs for each type of key."""
    ed25519, rsa = Ed25519PrivateKey.generate(), generate_private_key(65537, 2048)
    hmac_key = HmacKey(api_key=API_KEY, secret=SECRET)
    return {
        "HMAC": _beside(hmac_key, "hmac.new(...).hexdigest()", _sign_hmac, rounds),
        "Ed25519": _beside(
            Ed25519Key(api_key=API_KEY, private_key=_pem(ed25519)),
            "Ed25519 signature in base64",
            lambda payload: b64encode(ed25519.sign(payload)),
            rounds,
        ),
        "RSA-2048": _beside(
            RsaKey(api_key=API_KEY, private_key=_pem(rsa)),
            "RSA signature in base64",
            lambda payload: b64encode(rsa.sign(payload, PKCS1v15(), SHA256())),
            rounds,
        ),
    }


def _beside(key: Key, floor: str, sign: Any, rounds: int) -> dict[str, Any]:
    payloads = [_payload(key, request) for request in _REQUESTS]
    clock = count(_NOW)

    def encode(number: int) -> object:
        return _REST.encode(_REQUESTS[number], key=key, timestamp=next(clock))

    def sign_alone(number: int) -> object:
        return sign(payloads[number])

    acts: dict[str, Act] = {floor: sign_alone, "orderlists": encode}
    return {"floor": floor, "results": duel(acts, floor=floor, rounds=rounds)}


def _payload(key: Key, request: CancelOrderList) -> bytes:
    target = _REST.encode(request, key=key, timestamp=_NOW).target
    return target.partition("?")[2].partition("&signature=")[0].encode()


_SECRET = SECRET.encode()


def _sign_hmac(payload: bytes) -> str:
    return hmac.new(_SECRET, payload, hashlib.sha256).hexdigest()


def _pem(private: Ed25519PrivateKey | RSAPrivateKey) -> bytes:
    return private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
