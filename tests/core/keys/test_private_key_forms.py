"""The forms of a private key: what is read, and which rule the others break."""

import copy
import pickle
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization as ser
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

from orderlists import Ed25519Key, HmacKey, InvalidSetting, RsaKey

API_KEY = "k" * 64
PRIVATE = ed25519.Ed25519PrivateKey.generate()
RSA = rsa.generate_private_key(65537, 2048)


def written(
    encoding: ser.Encoding = ser.Encoding.PEM,
    form: ser.PrivateFormat = ser.PrivateFormat.PKCS8,
    passphrase: bytes | None = None,
) -> bytes:
    lock = ser.BestAvailableEncryption(passphrase) if passphrase else ser.NoEncryption()
    data: bytes = PRIVATE.private_bytes(encoding, form, lock)
    return data


PEM = written()
TEXT = PEM.decode()
DER = written(ser.Encoding.DER)
BARE = "".join(TEXT.split("\n")[1:-2])
SEED = written(ser.Encoding.Raw, ser.PrivateFormat.Raw)
PUBLIC = PRIVATE.public_key().public_bytes(ser.Encoding.PEM, ser.PublicFormat.SubjectPublicKeyInfo)
SIGNATURE = Ed25519Key(api_key=API_KEY, private_key=DER).sign(b"payload")


@pytest.mark.parametrize(
    "given",
    [
        PEM,
        TEXT,
        DER,
        TEXT.replace("\n", "\r\n"),
        TEXT.replace("\n", "\r"),
        TEXT.rstrip("\n"),
        f"\n\n{TEXT}\n\n",
        "\ufeff" + TEXT,
        b"\xef\xbb\xbf" + PEM,
        TEXT.encode("utf-16"),
        f"Bag Attributes\n    localKeyID: 01\n{TEXT}",
        f'"{TEXT.strip()}"',
        PEM + PUBLIC,
        PUBLIC + PEM,
        written(form=ser.PrivateFormat.OpenSSH),
    ],
    ids=range(15),
)
def test_every_form_that_the_library_reads_is_read(given: str | bytes) -> None:
    key = Ed25519Key(api_key=API_KEY, private_key=given)
    assert key.sign(b"payload") == SIGNATURE


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        ("", "must not be empty"),
        (" \n", "must not be empty"),
        (TEXT.replace("\n", "\\n"), r"the two characters \n"),
        (TEXT.replace("\n", " ").strip(), "must have its line ends"),
        (TEXT.replace("\n", ""), "must have its line ends"),
        (BARE, "put the base64 between the lines -----BEGIN"),
        (f"{BARE[:30]}\n{BARE[30:]}", "put the base64 between the lines -----BEGIN"),
        (SEED, "not the bare 32 bytes of its seed"),
        (b" " + SEED[1:-1] + b"\n", "not the bare 32 bytes of its seed"),
        (SEED.hex(), "not the bare 32 bytes of its seed"),
        ("NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j", "to an HmacKey"),
        (PUBLIC, "not the public one"),
        (TEXT[:90], "a whole private key in PEM"),
        ("keys/trading.pem", "is given as a pathlib.Path"),
        (b"\x30\x82\x00", "PEM or DER, whole and not damaged"),
        (b"\xff\xfe\x00", "PEM or DER, whole and not damaged"),
    ],
    ids=range(16),
)
def test_every_other_form_breaks_a_rule_of_its_own(given: str | bytes, rule: str) -> None:
    with pytest.raises(InvalidSetting) as caught:
        Ed25519Key(api_key=API_KEY, private_key=given)
    assert rule in caught.value.rule
    assert caught.value.field == "private_key"
    assert BARE not in f"{caught.value!r} {caught.value.__cause__!r}"


@pytest.mark.parametrize("passphrase", [None, "", b""])
def test_an_empty_passphrase_is_none(passphrase: str | bytes | None) -> None:
    key = Ed25519Key(api_key=API_KEY, private_key=PEM, passphrase=passphrase)
    assert key.sign(b"payload") == SIGNATURE
    with pytest.raises(InvalidSetting, match="for an encrypted private key"):
        Ed25519Key(api_key=API_KEY, private_key=written(passphrase=b"pw"), passphrase=passphrase)


def test_a_wrong_passphrase_is_told_apart_from_a_key_that_is_none() -> None:
    with pytest.raises(InvalidSetting) as caught:
        Ed25519Key(api_key=API_KEY, private_key=written(passphrase=b"pw"), passphrase="nope")
    assert caught.value.field == "passphrase"


def pickled(key: Any) -> Any:
    return pickle.loads(pickle.dumps(key))


DUPLICATES: list[Callable[[Any], Any]] = [copy.copy, copy.deepcopy, pickled]


@pytest.mark.parametrize("duplicate", DUPLICATES)
def test_a_key_can_be_pickled_and_copied(duplicate: Callable[[Any], Any]) -> None:
    rsa_der = RSA.private_bytes(ser.Encoding.DER, ser.PrivateFormat.PKCS8, ser.NoEncryption())
    for key in (
        Ed25519Key(api_key=API_KEY, private_key=PEM),
        RsaKey(api_key=API_KEY, private_key=rsa_der),
        HmacKey(api_key=API_KEY, secret="s" * 64),
    ):
        again = duplicate(key)
        assert type(again) is type(key)
        assert (again.api_key, again.sign(b"x")) == (key.api_key, key.sign(b"x"))


@pytest.mark.parametrize("field", ["private_key", "passphrase"])
def test_text_with_bytes_that_were_not_decoded_is_rejected_and_not_shown(field: str) -> None:
    given = {"private_key": TEXT, "passphrase": "pw"}
    given[field] += "\udc80"
    with pytest.raises(InvalidSetting, match="must be text in UTF-8") as caught:
        Ed25519Key(api_key=API_KEY, **given)
    assert caught.value.field == field
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)
