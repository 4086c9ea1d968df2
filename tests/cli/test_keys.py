"""The key that signs: variables, files, and the system's keyring; no error shows a secret."""

import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

import pytest

from command_lines import KEY, CommandLine
from orderlists import Ed25519Key, HmacKey, InvalidSetting, Key, RsaKey
from orderlists_cli._keys import NoKey, key_of, read_system_keyring
from orderlists_simulator import EXAMPLE_ED25519_PRIVATE_KEY

pytest.importorskip("cryptography")
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

API_KEY, SECRET = KEY["ORDERLISTS_API_KEY"], KEY["ORDERLISTS_SECRET"]
WRONG = "not-a-key-but-a-secret"


def no_keyring(_service: str, _name: str) -> str | None:
    return None


def key(variables: Mapping[str, str]) -> Key:
    return key_of("testnet", variables, no_keyring)


def test_an_hmac_key_comes_from_two_variables() -> None:
    assert key(KEY) == HmacKey(api_key=API_KEY, secret=SECRET)


def test_an_hmac_key_comes_from_files_that_variables_name(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(f"{API_KEY}\n")
    (tmp_path / "secret").write_text(f"{SECRET}\n")
    variables = {
        "ORDERLISTS_API_KEY_FILE": str(tmp_path / "key"),
        "ORDERLISTS_SECRET_FILE": str(tmp_path / "secret"),
    }

    assert key(variables) == HmacKey(api_key=API_KEY, secret=SECRET)


def private_key(tmp_path: Path, pem: bytes) -> Mapping[str, str]:
    file = tmp_path / "key.pem"
    file.write_bytes(pem)
    return {"ORDERLISTS_API_KEY": API_KEY, "ORDERLISTS_PRIVATE_KEY_FILE": str(file)}


def rsa_pem(size: int, passphrase: bytes | None = None) -> bytes:
    encryption = (
        serialization.NoEncryption()
        if passphrase is None
        else serialization.BestAvailableEncryption(passphrase)
    )
    return rsa.generate_private_key(65537, size).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption
    )


def test_a_private_key_file_holds_an_ed25519_or_an_rsa_key(tmp_path: Path) -> None:
    ed25519 = key(private_key(tmp_path, EXAMPLE_ED25519_PRIVATE_KEY.encode()))

    assert isinstance(ed25519, Ed25519Key)
    assert isinstance(key(private_key(tmp_path, rsa_pem(2048))), RsaKey)


def test_a_passphrase_of_a_private_key_comes_from_a_variable(tmp_path: Path) -> None:
    variables = private_key(tmp_path, rsa_pem(2048, b"open sesame"))

    assert isinstance(key({**variables, "ORDERLISTS_PASSPHRASE": "open sesame"}), RsaKey)
    with pytest.raises(InvalidSetting, match="must be given for an encrypted private key"):
        key(variables)


@pytest.mark.parametrize("pem", [b"no key", rsa_pem(1024)])
def test_a_file_without_a_usable_private_key_is_refused_for_both_kinds(
    tmp_path: Path, pem: bytes
) -> None:
    with pytest.raises(InvalidSetting, match=r"as an Ed25519 key it must .*as an RSA key it must"):
        key(private_key(tmp_path, pem))


@pytest.mark.parametrize(
    "variables",
    [
        {"ORDERLISTS_API_KEY": API_KEY},
        {**KEY, "ORDERLISTS_PRIVATE_KEY_FILE": "key.pem"},
        {**KEY, "ORDERLISTS_SECRET_FILE": "secret"},
        {**KEY, "ORDERLISTS_API_KEY": WRONG},
        {"ORDERLISTS_API_KEY_FILE": "missing"},
        {},
    ],
)
def test_an_incomplete_or_ambiguous_key_is_refused_without_showing_it(
    variables: Mapping[str, str],
) -> None:
    with pytest.raises(InvalidSetting) as error:
        key(variables)

    assert not {API_KEY, SECRET, WRONG} & set(str(error.value).replace("'", " ").split())


def test_without_variables_the_keyring_is_asked_for_the_environment() -> None:
    entries = {
        ("orderlists:testnet", "api_key"): API_KEY,
        ("orderlists:testnet", "secret"): SECRET,
    }

    found = key_of("testnet", {}, lambda service, name: entries.get((service, name)))

    assert found == HmacKey(api_key=API_KEY, secret=SECRET)


def from_keyring(**entries: str) -> Key:
    found = {("orderlists:testnet", name): value for name, value in entries.items()}
    return key_of("testnet", {}, lambda service, name: found.get((service, name)))


def test_the_keyring_holds_an_ed25519_or_an_rsa_key() -> None:
    # `keyring set` takes the last line break off.
    ed25519 = from_keyring(api_key=API_KEY, private_key=EXAMPLE_ED25519_PRIVATE_KEY.rstrip())
    rsa = rsa_pem(2048, b"open sesame").decode()

    assert isinstance(ed25519, Ed25519Key)
    assert isinstance(
        from_keyring(api_key=API_KEY, private_key=rsa, passphrase="open sesame"), RsaKey
    )


@pytest.mark.parametrize(
    "entries", [{}, {"secret": SECRET, "private_key": EXAMPLE_ED25519_PRIVATE_KEY}]
)
def test_a_keyring_with_neither_or_both_of_secret_and_private_key_is_refused(
    entries: Mapping[str, str],
) -> None:
    with pytest.raises(InvalidSetting, match="secret") as error:
        from_keyring(api_key=API_KEY, **entries)

    assert not any(each in str(error.value) for each in (API_KEY, *entries.values()))


def test_a_private_key_of_the_keyring_that_is_none_is_refused_under_its_entry() -> None:
    with pytest.raises(InvalidSetting, match="KEYRING orderlists:testnet private_key") as error:
        from_keyring(api_key=API_KEY, private_key=WRONG)

    assert WRONG not in str(error.value)


class KeyringError(Exception):
    pass


class NoKeyringError(KeyringError):
    """Stands for the error of a machine without a keyring."""


def keyring(monkeypatch: pytest.MonkeyPatch, password: object) -> None:
    """Install a keyring that returns this, or raises it."""
    module = ModuleType("keyring")

    def get_password(_service: str, _name: str) -> object:
        if isinstance(password, Exception):
            raise password
        return password

    errors = ModuleType("keyring.errors")
    vars(errors)["KeyringError"] = KeyringError
    vars(errors)["NoKeyringError"] = NoKeyringError
    vars(module).update(get_password=get_password, errors=errors)
    monkeypatch.setitem(sys.modules, "keyring", module)


def test_the_system_keyring_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    keyring(monkeypatch, SECRET)

    assert read_system_keyring("orderlists:live", "secret") == SECRET


def test_a_keyring_that_is_not_installed_has_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)

    assert read_system_keyring("orderlists:live", "secret") is None


def test_a_machine_without_a_keyring_has_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    keyring(monkeypatch, NoKeyringError(WRONG))

    assert read_system_keyring("orderlists:live", "secret") is None


def test_a_keyring_that_cannot_be_read_is_an_error_that_names_the_entry(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    keyring(monkeypatch, KeyringError(WRONG))

    with pytest.raises(InvalidSetting, match="KEYRING orderlists:live secret") as error:
        read_system_keyring("orderlists:live", "secret")
    assert WRONG not in str(error.value)


def test_without_a_key_nothing_can_be_signed() -> None:
    with pytest.raises(InvalidSetting, match="ORDERLISTS_API_KEY"):
        NoKey().sign(b"")


def test_a_wrong_secret_is_named_by_its_variable_and_not_shown(
    orderlists: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ORDERLISTS_API_KEY", WRONG)

    ended = orderlists("open", "--json")

    assert ended.code == 2
    assert ended.err.startswith("ORDERLISTS_API_KEY=<hidden>: must be the 64 letters")
    assert WRONG not in ended.out + ended.err
