"""The parameters of one request, read one by one and judged in the exchange's own codes.

Knows text, not where it came from: a query, a form, or the values of a JSON object.

Invariant: every parameter is asked for by its endpoint and fits its kind, or the request is
refused.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from typing import TYPE_CHECKING, Generic, TypeVar

from attrs import frozen

from orderlists_simulator._refused import Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

T = TypeVar("T")

_LARGEST_LONG = 2**63 - 1
_LONGEST_SYMBOL = 50


@frozen(kw_only=True)
class Kind(Generic[T]):
    """What the value of a parameter may look like, and what it is then.

    Attributes:
        legal: The rule as the exchange quotes it, in the syntax of Java.
        fits: Whether a text keeps the rule.
        read: Makes a value of it; a ValueError if it is none in spite of the rule.
    """

    legal: str
    fits: Callable[[str], object]
    read: Callable[[str], T]


def _long(text: str) -> int:
    number = int(text)
    if number > _LARGEST_LONG:
        raise ValueError(text)
    return number


def _is_symbol(text: str) -> bool:
    return len(text) <= _LONGEST_SYMBOL and all(_may_be_in_symbol(letter) for letter in text)


def _may_be_in_symbol(letter: str) -> bool:
    category = unicodedata.category(letter)
    is_word = category[0] in "LM" or category == "Nd"
    return letter in "_-." or (is_word and not "a" <= letter <= "z")


LONG = Kind(legal="^[0-9]{1,20}$", fits=re.compile(r"[0-9]{1,20}").fullmatch, read=_long)
DECIMAL = Kind(
    legal=r"^([0-9]{1,20})(\.[0-9]{1,20})?$",
    fits=re.compile(r"([0-9]{1,20})(\.[0-9]{1,20})?").fullmatch,
    read=Decimal,
)
SYMBOL = Kind(legal=r"^[\w\-._&&[^a-z]]{1,50}$", fits=_is_symbol, read=str)
CLIENT_ID = Kind(
    legal="^[a-zA-Z0-9-_]{1,36}$", fits=re.compile(r"[a-zA-Z0-9-_]{1,36}").fullmatch, read=str
)
BOOLEAN = Kind(legal="^(true|false)$", fits=re.compile("true|false").fullmatch, read="true".__eq__)
# The exchange judges a signature as a whole, so any text will do here.
SIGNATURE = Kind(legal=".*", fits=bool, read=str)
API_KEY = SIGNATURE
WORD = SIGNATURE


class Parameters:
    """What was sent, and what was read of it.

    Args:
        places: Names and values, from every place where parameters may be; where two places have
            the same name, the earlier one counts.

    Raises:
        Refused: -1101, one place has a name twice.

    >>> sent = Parameters([("symbol", "LTCBTC"), ("orderListId", "0"), ("speed", "high")])
    >>> sent.mandatory("symbol", SYMBOL), sent.optional("orderListId", LONG)
    ('LTCBTC', 0)
    >>> sent.refuse_unread()  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    orderlists_simulator._refused.Refused: -1104: ... read '2' parameter(s) but was sent '3'.
    """

    def __init__(self, *places: Iterable[tuple[str, str]]) -> None:
        self._sent: dict[str, str] = {}
        for place in places:
            self._sent = {**_without_repetition(place), **self._sent}
        self._read: set[str] = set()

    def optional(self, name: str, kind: Kind[T]) -> T | None:
        """Return a value, or None if the parameter was not sent.

        Raises:
            Refused: -1105, it is empty; -1100, it has illegal characters; -1102, it is malformed.
        """
        if name not in self._sent:
            return None
        self._read.add(name)
        text = self._sent[name]
        if text == "":
            raise Refused(-1105, f"Parameter '{name}' was empty.")
        if not kind.fits(text):
            raise Refused(
                -1100,
                f"Illegal characters found in parameter '{name}'; legal range is '{kind.legal}'.",
            )
        try:
            return kind.read(text)
        except ValueError as error:
            raise _unusable(name) from error

    def mandatory(self, name: str, kind: Kind[T]) -> T:
        """Return a value that must be there.

        Raises:
            Refused: -1102, it was not sent; and what `optional` raises.
        """
        value = self.optional(name, kind)
        if value is None:
            raise _unusable(name)
        return value

    def refuse_unread(self) -> None:
        """Check that nothing was sent that nobody asked for.

        Raises:
            Refused: -1104, something was.
        """
        if len(self._read) < len(self._sent):
            raise Refused(
                -1104,
                f"Not all sent parameters were read; read '{len(self._read)}' parameter(s) "
                f"but was sent '{len(self._sent)}'.",
            )

    def require_one(self, first: str, second: str) -> None:
        """Check that at least one of two parameters was sent.

        Raises:
            Refused: -1102, neither was.
        """
        if first not in self._sent and second not in self._sent:
            raise Refused(
                -1102, f"Param '{first}' or '{second}' must be sent, but both were empty/null!"
            )


def _without_repetition(place: Iterable[tuple[str, str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in place:
        if name in found:
            raise Refused(-1101, f"Duplicate values for parameter '{name}'.")
        found[name] = value
    return found


def _unusable(name: str) -> Refused:
    return Refused(
        -1102, f"Mandatory parameter '{name}' was not sent, was empty/null, or malformed."
    )
