"""Shared by all protocols: text form of values, signing, and validation of settings."""

from __future__ import annotations

from decimal import Decimal
from json.encoder import encode_basestring
from typing import TYPE_CHECKING, Any

from orderlists._keys.key import Key
from orderlists._operations.validators import write_decimal
from orderlists._time import TimeUnit
from orderlists.errors import HIDDEN, InvalidRequest, InvalidSetting

if TYPE_CHECKING:
    from attrs import Attribute


_FORMAT_MEMBERS = (
    *("headers", "query", "supports", "is_cut"),
    *("decode", "decode_error", "decode_frame", "decode_result"),
)


def check_unit(_: object, attribute: Attribute[TimeUnit], value: object) -> None:
    """Reject a setting that is not a `TimeUnit`."""
    if not isinstance(value, TimeUnit):
        raise InvalidSetting(field=attribute.name, value=value, rule="must be a TimeUnit")


def check_format(_: object, attribute: Attribute[Any], value: object) -> None:
    """Reject a setting that is not a format, such as a class or a parser."""
    has_members = all(hasattr(value, name) for name in _FORMAT_MEMBERS)
    if isinstance(value, type) or not has_members:
        rule = "must be a Format, such as Json() or Json(parser=orjson.loads)"
        raise InvalidSetting(field=attribute.name, value=value, rule=rule)


def text_of(value: str | int | Decimal | tuple[str, ...]) -> str:
    """Return a parameter's value as text, as it is signed, before any encoding.

    >>> text_of(Decimal("1E-8")), text_of(("LTCBTC", "BTCUSDT"))
    ('0.00000001', '["LTCBTC","BTCUSDT"]')
    """
    if isinstance(value, Decimal):
        return write_decimal(value)
    if isinstance(value, tuple):
        return f"[{','.join([encode_basestring(each) for each in value])}]"
    # The text of a member of an IntEnum may be its name.
    return str(value) if isinstance(value, str) else int.__repr__(value)


def check_timestamp(timestamp: object, unit: TimeUnit) -> None:
    """Reject an invalid timestamp.

    Raises:
        InvalidRequest: It is not an int, or it is negative.
    """
    if type(timestamp) is not int or timestamp < 0:
        rule = f"must be an int, in {unit.name}S"
        raise InvalidRequest(field="timestamp", value=timestamp, rule=rule)


def signature_of(payload: bytes, key: Key) -> str:
    """Return the signature of these bytes.

    Raises:
        InvalidSetting: `key.sign` did not return text.
    """
    signature = key.sign(payload)
    if not isinstance(signature, str):
        raise InvalidSetting(
            field="key", value=HIDDEN, rule="must sign with text: sign() must return a str"
        )
    return signature
