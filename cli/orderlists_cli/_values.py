"""The text of an argument as the value that the library takes.

Text that is no such value is returned as it is: the library refuses it, with value and rule.

>>> whole_number("0"), whole_number("first"), whole_number(None)
(0, 'first', None)
>>> decimal_number("2.5"), decimal_number("soon"), decimal_number("inf")
(2.5, 'soon', 'inf')
>>> leg_of("above", "LIMIT_MAKER,price=3.00")
LimitMaker(price=Decimal('3.00'))
>>> leg_of("below", "stop_loss trailing_delta=100")
StopLoss(trailing_delta=100)
"""

from __future__ import annotations

import re
from typing import Any

from attrs import fields

from orderlists import InvalidRequest
from orderlists.enums import OrderType
from orderlists.legs import KINDS
from orderlists_cli._rules import refusal_of

_PARTS = re.compile(r"[\s,]+")
_FIELD = re.compile(r"([a-z_]+)=(.*)")
_WHOLE = re.compile(r"-?[0-9]{1,19}")
# So short that it is finite.
_NUMBER = re.compile(r"-?[0-9]{1,19}(\.[0-9]+)?")


def whole_number(text: str | None) -> Any:  # noqa: ANN401 - an int, or the text as it is
    """Return an int, such as an id."""
    return int(text) if text is not None and _WHOLE.fullmatch(text) else text


def id_of(text: str | None, client_id: str | None) -> Any:  # noqa: ANN401 - as `whole_number`
    """Return the exchange's id, where the client id is not given as well.

    Raises:
        InvalidRequest: Both are given: which of them was meant is not for this program to say.
    """
    if text is not None and client_id is not None:
        rule = "must be given, or --client-id, but not both"
        raise InvalidRequest(field="order_list_id", value=text, rule=rule)
    return whole_number(text)


def decimal_number(text: str | None) -> Any:  # noqa: ANN401 - a float, or the text as it is
    """Return seconds.  Prices and quantities stay text, which is exact."""
    return float(text) if text is not None and _NUMBER.fullmatch(text) else text


def leg_of(slot: str, text: str) -> Any:  # noqa: ANN401 - which legs fit is the request's to judge
    """Return a leg: its type, and its fields, separated by commas or spaces.

    Args:
        slot: The field of the request that holds it.
        text: The text.

    Raises:
        InvalidRequest: It is no leg; nothing was sent.
    """
    name, *given = [part for part in _PARTS.split(text) if part] or [""]
    kind = KINDS.get(OrderType(name.upper()))
    if kind is None:
        rule = f"must begin with a type: {', '.join(each.value for each in KINDS)}"
        raise InvalidRequest(field=slot, value=text, rule=rule)
    known = {each.name: str(each.type) for each in fields(kind) if each.init}
    values = dict(_field(slot, text, part, known) for part in given)
    if len(values) < len(given):
        raise InvalidRequest(field=slot, value=text, rule="must have each field once")
    try:
        return kind(**values)
    except InvalidRequest as error:
        raise InvalidRequest(field=slot, value=text, rule=refusal_of(error, error.field)) from None


def _field(slot: str, text: str, part: str, known: dict[str, str]) -> tuple[str, Any]:
    found = _FIELD.fullmatch(part)
    if found is None or found[1] not in known:
        what = f"other fields than {found[1]!r}" if found else f"FIELD=VALUE, not {part!r}"
        rule = f"must have {what} after the type; the fields are {', '.join(known)}"
        raise InvalidRequest(field=slot, value=text, rule=rule)
    name, value = found.groups()
    return name, whole_number(value) if known[name].startswith("int") else value
