"""Keys: signatures, loading of private keys, and redaction."""

import hashlib
import hmac
import pickle
import sys
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization as ser
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from hypothesis import given
from hypothesis import strategies as st

from orderlists import Ed25519Key, HmacKey, InvalidSetting, MissingExtra, RsaKey
from strategies import keys

API_KEY = "vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A"
ED25519 = ed25519.Ed25519PrivateKey.generate()
RSA = rsa.generate_private_key(65537, 2048)
FORMS = {"pem": ser.Encoding.PEM, "der": ser.Encoding.DER}


def written(private: Any, encoding: ser.Encoding, passphrase: bytes | None = None) -> bytes:
    lock = ser.BestAvailableEncryption(passphrase) if passphrase else ser.NoEncryption()
    data: bytes = private.private_bytes(encoding, ser.PrivateFormat.PKCS8, lock)
    return data


def check(private: Any, signature: str, payload: bytes) -> None:
    if isinstance(private, rsa.RSAPrivateKey):
        private.public_key().verify(b64decode(signature), payload, padding.PKCS1v15(), SHA256())
    else:
        private.public_key().verify(b64decode(signature), payload)


def test_the_published_hmac_vectors_verify(vectors: dict[str, Any]) -> None:
    published = vectors["keys"]["hmac"]
    key = HmacKey(api_key=published["apiKey"], secret=published["secretKey"])
    verified = [one for one in vectors["signatures"] if one["status"] == "verified"]
    assert len(verified) == 2
    for vector in verified:
        assert key.sign(vector["payload"].encode()) == vector["signature"]


@pytest.mark.parametrize(("kind", "private"), [(Ed25519Key, ED25519), (RsaKey, RSA)])
@pytest.mark.parametrize("passphrase", [None, "s3same öffne dich"])
@pytest.mark.parametrize(
    ("form", "source"),
    [("pem", "bytes"), ("pem", "text"), ("pem", "path"), ("der", "bytes"), ("der", "path")],
)
def test_a_private_key_is_loaded_from_text_bytes_or_a_file(
    kind: Any, private: Any, passphrase: str | None, form: str, source: str, tmp_path: Path
) -> None:
    data = written(private, FORMS[form], passphrase.encode() if passphrase else None)
    given: str | bytes | Path = data
    if source == "text":
        given = data.decode()
    elif source == "path":
        given = tmp_path / "key"
        given.write_bytes(data)
    key = kind(api_key=API_KEY, private_key=given, passphrase=passphrase)
    check(private, key.sign(b"symbol=LTCBTC"), b"symbol=LTCBTC")
    with pytest.raises(InvalidSignature):
        check(private, key.sign(b"symbol=LTCBTC"), b"symbol=LTCUSD")
    assert repr(key) == f"{kind.__name__}(api_key='vmPU...Eh8A')"


def test_a_passphrase_may_be_bytes() -> None:
    data = written(ED25519, ser.Encoding.PEM, b"open")
    key = Ed25519Key(api_key=API_KEY, private_key=data, passphrase=b"open")
    check(ED25519, key.sign(b""), b"")


PEM = written(ED25519, ser.Encoding.PEM)
LOCKED = written(ED25519, ser.Encoding.PEM, b"open")
CURVE = written(ec.generate_private_key(ec.SECP256R1()), ser.Encoding.PEM)
SHORT = written(rsa.generate_private_key(65537, 1024), ser.Encoding.PEM)  # noqa: S505 - to be refused


@pytest.mark.parametrize(
    ("kind", "given", "field", "rule"),
    [
        (Ed25519Key, {"private_key": b"nonsense"}, "private_key", "must be PEM text; the name"),
        (Ed25519Key, {"private_key": "nonsense"}, "private_key", "must be PEM text; the name"),
        (Ed25519Key, {"private_key": ""}, "private_key", "must not be empty"),
        (Ed25519Key, {"private_key": CURVE}, "private_key", "must be an Ed25519 private key"),
        (RsaKey, {"private_key": PEM}, "private_key", "must be an RSA private key"),
        (RsaKey, {"private_key": SHORT}, "private_key", "2048 to 4096 bits"),
        (Ed25519Key, {"private_key": LOCKED}, "passphrase", "for an encrypted private key"),
        (Ed25519Key, {"private_key": PEM, "passphrase": "x"}, "passphrase", "for no other"),
        (
            Ed25519Key,
            {"private_key": LOCKED, "passphrase": "x"},
            "passphrase",
            "of this private key",
        ),
        (Ed25519Key, {"private_key": Path("nowhere")}, "private_key", "readable file (No such"),
        (Ed25519Key, {"private_key": 7}, "private_key", "text, bytes or a pathlib.Path"),
        (Ed25519Key, {"private_key": PEM, "api_key": "short"}, "api_key", "64 letters"),
        (RsaKey, {"private_key": PEM, "api_key": None}, "api_key", "64 letters"),
    ],
)
def test_an_invalid_private_key_is_rejected_by_the_constructor(
    kind: Any, given: dict[str, Any], field: str, rule: str
) -> None:
    with pytest.raises(InvalidSetting) as caught:
        kind(**{"api_key": API_KEY, **given})
    assert caught.value.field == field
    assert rule in caught.value.rule
    assert "PRIVATE KEY" not in str(caught.value)


@pytest.mark.parametrize(
    ("api_key", "secret", "field"),
    [
        ("", "x", "api_key"),
        ("k" * 63, "x", "api_key"),
        ("k" * 64 + "\n", "x", "api_key"),
        ("ｋ" * 64, "x", "api_key"),
        (None, "x", "api_key"),
        ("k" * 64, "", "secret"),
        ("k" * 64, "with space", "secret"),
        ("k" * 64, "line\n", "secret"),
        ("k" * 64, "\ud800", "secret"),
        ("k" * 64, b"bytes", "secret"),
        ("k" * 64, None, "secret"),
    ],
)
def test_an_invalid_hmac_key_is_rejected_without_showing_the_secret(
    api_key: Any, secret: Any, field: str
) -> None:
    with pytest.raises(InvalidSetting) as caught:
        HmacKey(api_key=api_key, secret=secret)
    assert caught.value.field == field
    assert f"{field}=<hidden>: must be" in str(caught.value)


@given(key=keys, payload=st.binary())
def test_a_key_shows_neither_secret_nor_the_whole_api_key(key: HmacKey, payload: bytes) -> None:
    assert key.secret not in repr(key)
    assert key.api_key not in repr(key)
    expected = hmac.new(key.secret.encode(), payload, hashlib.sha256).hexdigest()
    copy = pickle.loads(pickle.dumps(key))
    assert key.sign(payload) == key.sign(payload) == copy.sign(payload) == expected
    assert copy == key


@pytest.mark.parametrize(("kind", "module"), [(Ed25519Key, "ed25519"), (RsaKey, "rsa")])
def test_a_missing_extra_names_the_install_command(
    kind: Any, module: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, f"cryptography.hazmat.primitives.asymmetric.{module}", None)
    with pytest.raises(MissingExtra, match=r"pip install 'orderlists\[crypto\]'") as caught:
        kind(api_key=API_KEY, private_key=PEM)
    assert caught.value.extra == "crypto"
    assert isinstance(caught.value, ImportError)
