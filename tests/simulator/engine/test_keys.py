import json
import sys
from base64 import b64encode
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from orderlists import InvalidSetting, MissingExtra
from orderlists.extending import HttpRequest, HttpResponse
from orderlists_simulator import EXAMPLE_KEY, AsymmetricApiKey, HmacApiKey, Venue

Send = Callable[..., HttpResponse]

QUERY = "symbol=LTCBTC&orderListId=0&timestamp=1688005070874"
RSA_ID, ED25519_ID = "r" * 64, "e" * 64


def pem(key: rsa.RSAPublicKey | ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey) -> str:
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


@pytest.fixture(scope="module")
def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@pytest.fixture(scope="module")
def ed25519_key() -> ed25519.Ed25519PrivateKey:
    return ed25519.Ed25519PrivateKey.generate()


@pytest.fixture
def venue(rsa_key: rsa.RSAPrivateKey, ed25519_key: ed25519.Ed25519PrivateKey) -> Venue:
    venue = Venue(
        keys=[
            EXAMPLE_KEY,
            AsymmetricApiKey(api_key=RSA_ID, public_key=pem(rsa_key.public_key())),
            AsymmetricApiKey(api_key=ED25519_ID, public_key=pem(ed25519_key.public_key())),
        ]
    )
    venue.order_entry.place_oco(
        symbol="LTCBTC", side="SELL", quantity=1, price=3, stop_price=1, now=0
    )
    return venue


def code(response: HttpResponse) -> int:
    found: int = json.loads(response.body).get("code", 0)
    return found


def test_hmac_signatures_are_hexadecimal_in_either_case(
    send: Send, hmac_sign: Callable[[bytes], str]
) -> None:
    def sign(payload: bytes) -> str:
        return hmac_sign(payload).upper()

    assert send(QUERY, sign=sign).status == 200


def test_the_published_signature_vector_is_verified(
    vectors: dict[str, list[dict[str, str]]],
) -> None:
    vector = next(each for each in vectors["signatures"] if each["id"] == "rest_hmac_ascii")

    assert EXAMPLE_KEY.verify(vector["payload"].encode(), vector["signature"])


def test_rsa_signatures_are_verified(send: Send, rsa_key: rsa.RSAPrivateKey) -> None:
    def sign(payload: bytes) -> str:
        return b64encode(rsa_key.sign(payload, padding.PKCS1v15(), SHA256())).decode()

    def sign_another(payload: bytes) -> str:
        return sign(payload + b"0")

    wrong = send(QUERY, sign=sign_another, api_key=RSA_ID)
    right = send(QUERY, sign=sign, api_key=RSA_ID)

    assert (code(wrong), right.status) == (-1022, 200)


def test_ed25519_signatures_are_verified(
    send: Send, ed25519_key: ed25519.Ed25519PrivateKey
) -> None:
    def sign(payload: bytes) -> str:
        return b64encode(ed25519_key.sign(payload)).decode()

    def sign_another(payload: bytes) -> str:
        return sign(payload + b"0")

    wrong = send(QUERY, sign=sign_another, api_key=ED25519_ID)
    right = send(QUERY, sign=sign, api_key=ED25519_ID)

    assert (code(wrong), right.status) == (-1022, 200)


@pytest.mark.parametrize("signature", ["no base64!", "\N{SNOWMAN}", "AAAA"])
def test_text_that_is_not_a_signature_is_refused(send: Send, signature: str) -> None:
    def sign(_payload: bytes) -> str:
        return signature

    assert code(send(QUERY, sign=sign, api_key=ED25519_ID)) == -1022


def test_the_signature_is_verified_over_the_bytes_as_sent(
    exchange: Send, hmac_sign: Callable[[bytes], str]
) -> None:
    signature = hmac_sign(QUERY.encode())
    same_meaning = QUERY.replace("LTCBTC", "%4CTCBTC")
    target = f"/api/v3/orderList?{same_meaning}&signature={signature}"
    headers = (("X-MBX-APIKEY", EXAMPLE_KEY.api_key),)

    assert code(exchange(HttpRequest("DELETE", target, headers))) == -1022


def test_query_and_form_are_signed_without_a_separator(send: Send) -> None:
    assert send("symbol=LTCBTC", "orderListId=0&timestamp=1688005070874").status == 200


@pytest.mark.parametrize("place", [0, 1, 3])
def test_the_signature_may_be_at_any_position(
    exchange: Send, hmac_sign: Callable[[bytes], str], place: int
) -> None:
    pieces: list[str] = [*QUERY.split("&")]
    pieces.insert(place, f"signature={hmac_sign(QUERY.encode())}")
    headers = (("X-MBX-APIKEY", EXAMPLE_KEY.api_key),)

    response = exchange(HttpRequest("DELETE", f"/api/v3/orderList?{'&'.join(pieces)}", headers))

    assert response.status == 200


def test_the_signature_may_be_in_the_form(
    exchange: Send, hmac_sign: Callable[[bytes], str]
) -> None:
    form = f"signature={hmac_sign(QUERY.encode())}"
    headers = (
        ("X-MBX-APIKEY", EXAMPLE_KEY.api_key),
        ("Content-Type", "application/x-www-form-urlencoded; charset=utf-8"),
    )

    response = exchange(HttpRequest("DELETE", f"/api/v3/orderList?{QUERY}", headers, form.encode()))

    assert response.status == 200


def test_a_body_that_is_not_utf8_is_refused(exchange: Send) -> None:
    headers = (
        ("X-MBX-APIKEY", EXAMPLE_KEY.api_key),
        ("Content-Type", "application/x-www-form-urlencoded"),
    )
    form = b"newClientOrderId=\xff&signature=0"

    response = exchange(HttpRequest("DELETE", f"/api/v3/orderList?{QUERY}", headers, form))

    assert code(response) == -1100


def test_an_api_key_has_64_letters_and_digits() -> None:
    with pytest.raises(InvalidSetting, match="64 letters and digits"):
        HmacApiKey(api_key="short", secret="s")


def test_the_repr_of_a_key_hides_its_secret() -> None:
    shown = repr(EXAMPLE_KEY)

    assert EXAMPLE_KEY.secret not in shown
    assert EXAMPLE_KEY.api_key not in shown


@pytest.mark.parametrize("kind", ["text", "curve"])
def test_a_public_key_that_is_not_rsa_or_ed25519_is_refused(kind: str) -> None:
    other = pem(ec.generate_private_key(ec.SECP256R1()).public_key())

    with pytest.raises(InvalidSetting, match="RSA or Ed25519"):
        AsymmetricApiKey(api_key=RSA_ID, public_key=other if kind == "curve" else "no key")


def test_public_keys_without_cryptography_raise_missing_extra(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delitem(sys.modules, "orderlists_simulator._engine.public_keys", raising=False)
    monkeypatch.setitem(sys.modules, "cryptography.exceptions", None)

    with pytest.raises(MissingExtra, match=r"pip install 'orderlists\[crypto\]'"):
        AsymmetricApiKey(api_key=RSA_ID, public_key="never looked at")
