"""A refused value, under the names and in the words of the command line.

The library names arguments and types of Python; a person at a shell has options and text.
"""

from __future__ import annotations

import re
from types import MappingProxyType

from orderlists import InvalidInput
from orderlists.errors import HIDDEN
from orderlists.legs import KINDS

_SHOWN_AS = MappingProxyType(
    {
        "symbol": "SYMBOL",
        "symbols": "SYMBOL",
        "order_list_id": "ID",
        "order_id": "ID",
        "list_client_order_id": "--client-id",
        "client_order_id": "--client-id",
        "new_client_order_id": "--cancel-id",
        "cancel_restrictions": "--restrictions",
        "exchange": "--url",
        "api_key": "ORDERLISTS_API_KEY",
        "secret": "ORDERLISTS_SECRET",
        "private_key": "ORDERLISTS_PRIVATE_KEY_FILE",
        "passphrase": "ORDERLISTS_PASSPHRASE",
    }
)
"""The fields of the library whose option has another name than they have."""

_LEGS = {kind.__name__: each.value for each, kind in KINDS.items()}
_WORDS = (
    ("an int, a Decimal or plain decimal text, never a float", "a decimal number"),
    ("an int", "a whole number"),
    ("JSON that InDoubt.to_json() returned", "a file that was written after an unknown outcome"),
    ("order_list_id and list_client_order_id", "ID and --client-id"),
    ("order_id and client_order_id", "ID and --client-id"),
    ("(Limit)", "(_LIMIT)"),
)
_ENUM_MEMBER = re.compile(r"\b[A-Z]\w*\.([A-Z_]+)\b")
_LEG = re.compile(rf"\b({'|'.join(_LEGS)})\b")
_LONGEST = 80


def option_of(field: str) -> str:
    """Return the name under which the command line has a field of the library.

    >>> option_of("order_list_id"), option_of("working_side"), option_of("ENVIRONMENT")
    ('ID', '--working-side', 'ENVIRONMENT')
    """
    default = field if field.isupper() or " " in field else f"--{field.replace('_', '-')}"
    return _SHOWN_AS.get(field, default)


def refusal_of(error: InvalidInput, name: str) -> str:
    """Return what is wrong with a value.

    Args:
        error: The refusal.
        name: The name of the option, or of the field of a leg.

    >>> from orderlists import InvalidRequest
    >>> refusal_of(InvalidRequest(field="price", value=None, rule="must be an int"), "price")
    'price: must be a whole number'
    """
    code = "" if error.code is None else f" ({error.code})"
    return f"{name}{_shown(error.value)}: {rule_of(error.rule)}{code}"


def _shown(value: object) -> str:
    # Not given, of an option with a value or without one.
    if value is None or value is False:
        return ""
    if value == HIDDEN:
        return f"={HIDDEN}"
    text = repr(str(value) if isinstance(value, str) else value)
    return f"={text if len(text) <= _LONGEST else f'{text[:_LONGEST]}...'}"


def rule_of(text: str) -> str:
    """Return a rule of the library in the words of the command line.

    >>> rule_of("must be an int")
    'must be a whole number'
    """
    for word, plain in _WORDS:
        text = text.replace(word, plain)
    text = _ENUM_MEMBER.sub(r"\1", text)
    return _LEG.sub(lambda found: _LEGS[found[1]], text)
