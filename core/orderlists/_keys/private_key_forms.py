"""The forms in which a private key may be given, and what is wrong with those that are none.

What `cryptography` reads is read: PEM (PKCS#8, traditional or OpenSSH), also with a byte-order
mark, with text around it or beside a public key, and DER.  Every other form that is met in
practice gets a rule of its own: "not a private key" does not help to find the line ends that a
configuration file has swallowed.

Invariant: no rule shows anything of what was given.
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Callable
from typing import Literal, NamedTuple, TypeAlias

Encoding: TypeAlias = Literal["PEM", "OpenSSH", "DER"]

_BLOCK = re.compile(
    rb"-----BEGIN ([A-Z0-9 ]*)PRIVATE KEY-----.*?-----END \1PRIVATE KEY-----", re.DOTALL
)
_HMAC_SECRET = re.compile(rb"[A-Za-z0-9]{64}")
_HEX = re.compile(rb"[0-9a-fA-F]{64}")
_SEED = 32
# How DER begins: a sequence.
_SEQUENCE = b"\x30"
_PLACE = "between the lines -----BEGIN PRIVATE KEY----- and -----END PRIVATE KEY-----"
_UTF8_MARK, _UTF16_MARKS = b"\xef\xbb\xbf", (b"\xff\xfe", b"\xfe\xff")


class Material(NamedTuple):
    """A private key as it can be loaded.

    Attributes:
        data: The bytes.
        encoding: How they are written.
    """

    data: bytes
    encoding: Encoding


def material_in(data: bytes) -> Material | str:
    """Return the private key in some bytes, or the rule that they break.

    >>> material_in(b"")
    'must not be empty'
    """
    data = _without_mark(data)
    block = _BLOCK.search(data)
    if block is not None:
        # Not every version of `cryptography` reads line ends of the other kinds.
        text = b"\n".join(block[0].splitlines())
        encoding: Encoding = "OpenSSH" if block[1].startswith(b"OPENSSH") else "PEM"
        return Material(text, encoding) if b"\n" in text else _broken_lines(text)
    # A seed may begin or end with a byte that would be white space in text.
    bare = data if len(data) == _SEED else data.strip()
    return _flaw(bare) or Material(data, "DER")


def _without_mark(data: bytes) -> bytes:
    """Return text without its byte-order mark, as UTF-8."""
    if data.startswith(_UTF16_MARKS):
        text = data.decode("utf-16", "replace")
        return text.encode() if "-----BEGIN" in text else data
    return data.removeprefix(_UTF8_MARK)


def _broken_lines(text: bytes) -> str:
    if b"\\n" in text:
        return r"must have line ends where it has the two characters \n: text.replace('\\n', '\n')"
    return "must have its line ends: BEGIN, END and the base64 between them stand on own lines"


def _flaw(data: bytes) -> str | None:
    """Return the rule that bytes without a private key in PEM break; None if they may be DER."""
    return next((rule for applies, rule in _FLAWS if applies(data)), None)


def _is_base64_of_der(data: bytes) -> bool:
    try:
        return b64decode(b"".join(data.split()), validate=True).startswith(_SEQUENCE)
    except ValueError:
        return False


def _is_text(data: bytes) -> bool:
    return data.isascii() and data.decode("ascii").isprintable()


def _is_seed(data: bytes) -> bool:
    return len(data) == _SEED or _HEX.fullmatch(data) is not None


# The first that applies counts.
_FLAWS: tuple[tuple[Callable[[bytes], bool], str], ...] = (
    (lambda data: not data, "must not be empty"),
    (lambda data: b"PUBLIC KEY-----" in data, "must be the private key, not the public one"),
    (
        lambda data: b"-----BEGIN" in data,
        "must be a whole private key in PEM, with the line that begins with -----END",
    ),
    (_is_seed, "must be a private key in PEM or DER, not the bare 32 bytes of its seed"),
    (_is_base64_of_der, f"must be PEM: put the base64 {_PLACE}"),
    (
        lambda data: _HMAC_SECRET.fullmatch(data) is not None,
        "must be a private key; a secret of 64 letters and digits belongs to an HmacKey",
    ),
    (_is_text, "must be PEM text; the name of a file is given as a pathlib.Path"),
)
