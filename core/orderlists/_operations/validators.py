"""Validation of request fields, before anything is sent.

The patterns are those that the exchange quotes in its own errors, matched against the whole text.
What the exchange may change (symbols, filters) is not validated here.

The validators are attrs validators; their errors name the field, the value and the rule.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from decimal import Context, Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar, cast
from unicodedata import category

from orderlists._operations.rules import LARGEST_LONG, Rule
from orderlists.enums import (
    CancelRestrictions,
    NewOrderRespType,
    OpenEnum,
    PegOffsetType,
    PegPriceType,
    SelfTradePreventionMode,
    Side,
    TimeInForce,
)
from orderlists.errors import InvalidRequest

if TYPE_CHECKING:
    from attrs import Attribute

    from orderlists._operations.base import Parameter

M = TypeVar("M", bound=OpenEnum)

LARGEST_ID = LARGEST_LONG
LONGEST_RECV_WINDOW = 60_000

_SYMBOL = re.compile(r"[A-Z0-9._-]{1,50}")
_LONGEST_SYMBOL = 50
_CLIENT_ID = re.compile(r"[A-Za-z0-9_-]{1,36}")
_AMOUNT = re.compile(r"[0-9]{1,20}(\.[0-9]{1,20})?")
_AMOUNT_DIGITS = 20
_NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?")
# A separate context: the caller's may round to fewer digits.
_EXACT = Context(prec=100)
_THOUSANDTH = Decimal("0.001")

SYMBOL_RULE = (
    "must be in upper case, without a to z: 1 to 50 letters, digits or marks, '_', '-' or '.'"
)
CLIENT_ID_RULE = "must be 1 to 36 of A-Z, a-z, 0-9, '_' and '-'"
ID_RULE = f"must be an int from 0 to {LARGEST_ID}"
RECV_WINDOW_RULE = (
    "must be an int, a Decimal or plain decimal text, in milliseconds: "
    f"more than 0, at most {LONGEST_RECV_WINDOW}, at most three decimals"
)
FLAG_RULE = "must be True or False"


def plain_text(value: str) -> str:
    """Convert an instance of a subclass of `str`, such as an enum member, to plain text."""
    return str.__str__(value) if isinstance(value, str) else value


def plain_text_or_none(value: str | None) -> str | None:
    """Do the same; None stands for *not given*."""
    return None if value is None else plain_text(value)


def plain_int(value: int) -> int:
    """Convert an instance of a subclass of `int`, such as an enum member, to a plain int."""
    return int(value) if isinstance(value, int) and not isinstance(value, bool) else value


def plain_int_or_none(value: int | None) -> int | None:
    """Do the same; None stands for *not given*."""
    return None if value is None else plain_int(value)


def check_symbol(_: object, attribute: Attribute[str], value: object) -> None:
    """Reject an invalid symbol.  It need not be ASCII: the exchange has listed other symbols."""
    if not (isinstance(value, str) and (_SYMBOL.fullmatch(value) or _is_wide_symbol(value))):
        raise InvalidRequest(field=attribute.name, value=value, rule=SYMBOL_RULE)


def _is_wide_symbol(text: str) -> bool:
    return 0 < len(text) <= _LONGEST_SYMBOL and all(
        char in "._-" or (_is_word(category(char)) and not "a" <= char <= "z") for char in text
    )


def _is_word(kind: str) -> bool:
    return kind[0] in "LM" or kind == "Nd"


def check_client_id(_: object, attribute: Attribute[str | None], value: object) -> None:
    """Reject an invalid client id; None is *not given*."""
    if value is not None:
        checked_client_id(attribute.name, value)


def checked_client_id(name: str, value: object) -> str:
    """Return a client id as plain text.

    Raises:
        InvalidRequest: It breaks the rule of client ids.
    """
    if not (isinstance(value, str) and _CLIENT_ID.fullmatch(value)):
        raise InvalidRequest(field=name, value=value, rule=CLIENT_ID_RULE)
    return str.__str__(value)


def check_id(_: object, attribute: Attribute[int | None], value: object) -> None:
    """Reject an invalid exchange id; None is *not given*, 0 is valid."""
    if value is None:
        return
    if not (isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST_ID):
        raise InvalidRequest(field=attribute.name, value=value, rule=ID_RULE)


def check_given_id(request: object, attribute: Attribute[Any], value: object) -> None:
    """Reject an invalid exchange id, and None."""
    if value is None:
        raise Rule.GIVEN.broken(attribute.name, value)
    check_id(request, attribute, value)


def check_flag(_: object, attribute: Attribute[bool], value: object) -> None:
    """Reject any value but True and False."""
    if not isinstance(value, bool):
        raise InvalidRequest(field=attribute.name, value=value, rule=FLAG_RULE)


def to_recv_window(value: int | str | Decimal | None) -> Decimal | None:
    """Convert a `recv_window` to the shortest exact Decimal, in milliseconds.

    Raises:
        InvalidRequest: Not a number of a supported type, out of range or too precise.
    """
    if value is None:
        return None
    number = _to_decimal(value)
    window = None if number is None else _shortest_window(number)
    if window is None:
        raise InvalidRequest(field="recv_window", value=_shown(value), rule=RECV_WINDOW_RULE)
    return window


# Few values are in use, and every request is converted.
@lru_cache(maxsize=16)
def _shortest_window(number: Decimal) -> Decimal | None:
    if 0 < number <= LONGEST_RECV_WINDOW and number == number.quantize(_THOUSANDTH, context=_EXACT):
        return Decimal(write_decimal(number.normalize(_EXACT)))
    return None


def _to_decimal(value: object) -> Decimal | None:
    match value:
        case bool():
            return None
        case int():
            return Decimal(value)
        case Decimal():
            return value if value.is_finite() else None
        case str() if _NUMBER.fullmatch(value):
            return Decimal(value)
        case _:
            return None


def _shown(value: object) -> object:
    return str(value) if isinstance(value, Decimal) else value


def to_amount(value: int | str | Decimal) -> Decimal:
    """Convert a price or a quantity to an exact Decimal; what is none is left to `check_amount`."""
    number = _to_decimal(value)
    return cast("Decimal", value) if number is None else number


def to_amount_or_none(value: int | str | Decimal | None) -> Decimal | None:
    """Do the same; None stands for *not given*."""
    return None if value is None else to_amount(value)


def check_amount(_: object, attribute: Attribute[Any], value: object) -> None:
    """Reject what is no amount, such as a float."""
    if not _is_amount(value):
        raise _no_amount(attribute.name, value)


def check_amount_or_none(_: object, attribute: Attribute[Any], value: object) -> None:
    """Do the same; None is *not given*."""
    if value is not None and not _is_amount(value):
        raise _no_amount(attribute.name, value)


def exact_amount(name: str, value: Any) -> Decimal:  # noqa: ANN401 - of any type
    """Convert an amount that is no field of a request to an exact Decimal.

    Raises:
        InvalidRequest: It is no amount, such as a float.
    """
    number = to_amount(value)
    if not _is_amount(number):
        raise _no_amount(name, value)
    return number


def _no_amount(name: str, value: object) -> InvalidRequest:
    return (Rule.GIVEN if value is None else Rule.AMOUNT).broken(name, _shown(value))


def _is_amount(value: object) -> bool:
    if not isinstance(value, Decimal):
        return False
    text = str(value)
    # The size comes first: 1E+999999999 in full would take a gigabyte.
    if "E" in text and abs(value.adjusted()) <= _AMOUNT_DIGITS:
        text = format(value, "f")
    return _AMOUNT.fullmatch(text) is not None


def check_integer(rule: Rule) -> Callable[[object, Attribute[Any], Any], None]:
    """Return a validator of integers in the range of a rule; None is *not given*."""
    least, most = rule.range

    def check(_: object, attribute: Attribute[Any], value: object) -> None:
        is_integer = isinstance(value, int) and not isinstance(value, bool)
        if value is not None and not (is_integer and least <= cast("int", value) <= most):
            raise rule.broken(attribute.name, value)

    return check


def _member(kind: type[M], value: M) -> M:
    if type(value) is kind:  # Mostly; calling the class takes ten times as long.
        return value
    return kind(value) if isinstance(value, str) else value  # pyright: ignore[reportUnnecessaryIsInstance] - what is no text is left to the validators


def to_side(value: Side) -> Side:
    """Convert the text of a member, as JSON has it, to the member."""
    return _member(Side, value)


def to_time_in_force(value: TimeInForce) -> TimeInForce:
    """Do the same."""
    return _member(TimeInForce, value)


def to_peg_price_type(value: PegPriceType | None) -> PegPriceType | None:
    """Do the same; None stands for *not given*."""
    return None if value is None else _member(PegPriceType, value)


def to_peg_offset_type(value: PegOffsetType | None) -> PegOffsetType | None:
    """Do the same."""
    return None if value is None else _member(PegOffsetType, value)


def to_resp_type(value: NewOrderRespType) -> NewOrderRespType:
    """Do the same."""
    return _member(NewOrderRespType, value)


def to_stp_mode(value: SelfTradePreventionMode | None) -> SelfTradePreventionMode | None:
    """Do the same."""
    return None if value is None else _member(SelfTradePreventionMode, value)


def to_cancel_restrictions(value: CancelRestrictions | None) -> CancelRestrictions | None:
    """Do the same."""
    return None if value is None else _member(CancelRestrictions, value)


def plain_member(value: OpenEnum | None) -> str | None:
    """Return the text of a member."""
    return None if value is None else value.value


def check_member(kind: type[OpenEnum], rule: Rule) -> Callable[[object, Attribute[Any], Any], None]:
    """Return a validator of members of an enumeration; None is *not given*.

    A member that is not known here passes, but not the empty text, which the exchange never has.
    """

    def check(_: object, attribute: Attribute[Any], value: object) -> None:
        if value is not None and not (isinstance(value, kind) and value != ""):
            raise rule.broken(attribute.name, value)

    return check


def check_one_given(request: object, first: str, second: str) -> None:
    """Reject a request if both of two ids are None.

    Raises:
        InvalidRequest: Both are None.
    """
    if getattr(request, first) is None and getattr(request, second) is None:
        rule = f"one of {first} and {second} must be given"
        raise InvalidRequest(field=first, value=None, rule=rule)


def given(**parameters: str | int | Decimal | None) -> list[Parameter]:
    """Return the parameters that are not None, in order.

    >>> given(symbol="LTCBTC", orderListId=0, newClientOrderId=None)
    [('symbol', 'LTCBTC'), ('orderListId', 0)]
    """
    return [(name, value) for name, value in parameters.items() if value is not None]


def sent(source: object, wire_names: Iterable[tuple[str, str]]) -> list[Parameter]:
    """Return the attributes that are not None as parameters, in order; members as their text.

    Args:
        source: Has the attributes, in its `__dict__`.
        wire_names: The name of each attribute, and its wire name.
    """
    values = vars(source)
    return [
        (wire_name, str.__str__(value) if isinstance(value, str) else value)
        for name, wire_name in wire_names
        if (value := values[name]) is not None
    ]


def write_decimal(value: Decimal) -> str:
    """Format a Decimal exactly, without an exponent.

    >>> write_decimal(Decimal("6E+4")), write_decimal(Decimal("0.5"))
    ('60000', '0.5')
    """
    text = str(value)
    # `format` takes four times as long, and few values need it.
    return format(value, "f") if "E" in text else text
