"""Parameters of endpoints: their declarations, and the values that were sent.

The values are text, from wherever the protocol has them: a query, a form, a JSON object.

Invariant: a request is executed only if each parameter is one that its endpoint declares, and fits
its kind.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any, Generic, TypeVar, cast, get_args

from attrs import frozen

from orderlists_simulator._engine.errors import ApiError, malformed

T = TypeVar("T")

_MAX_LONG = 2**63 - 1
_MAX_SYMBOL = 50


@frozen(kw_only=True)
class Kind(Generic[T]):
    """A kind of value.

    Attributes:
        legal: The pattern as the exchange quotes it, in the syntax of Java.
        fits: Whether a text matches the pattern.
        read: Converts a text; raises ValueError if that is impossible in spite of the pattern.
        refusal: The code and the text for a value that does not fit; None for the text that quotes
            the pattern.
    """

    legal: str
    fits: Callable[[str], object]
    read: Callable[[str], T]
    refusal: tuple[int, str] | None = None

    def refused(self, name: str) -> ApiError:
        """Return the error of a value that does not fit."""
        if self.refusal is not None:
            return ApiError(*self.refusal)
        return ApiError(
            -1100, f"Illegal characters found in parameter '{name}'; legal range is '{self.legal}'."
        )


def words(literal: object, code: int, message: str) -> Kind[Any]:
    """Return the kind of the values of a `Literal` type, with the error of any other value."""
    found = get_args(literal)
    return Kind[Any](
        legal=f"^({'|'.join(found)})$",
        fits=frozenset(found).__contains__,
        read=str,
        refusal=(code, message),
    )


def _long(text: str) -> int:
    number = int(text)
    if number > _MAX_LONG:
        raise ValueError(text)
    return number


def _is_symbol(text: str) -> bool:
    return len(text) <= _MAX_SYMBOL and all(_may_be_in_symbol(letter) for letter in text)


def _may_be_in_symbol(letter: str) -> bool:
    category = unicodedata.category(letter)
    is_word = category[0] in "LM" or category == "Nd"
    return letter in "_-." or (is_word and not "a" <= letter <= "z")


_ARRAY = re.compile(r'\["[^"]+"(,"[^"]+")*\]')


def _texts_in(text: str) -> tuple[str, ...]:
    return tuple(text.removeprefix('["').removesuffix('"]').split('","'))


LONG = Kind(legal="^[0-9]{1,20}$", fits=re.compile(r"[0-9]{1,20}").fullmatch, read=_long)
DECIMAL = Kind(
    legal=r"^([0-9]{1,20})(\.[0-9]{1,20})?$",
    fits=re.compile(r"([0-9]{1,20})(\.[0-9]{1,20})?").fullmatch,
    read=Decimal,
)
SYMBOL = Kind(legal=r"^[\w\-._&&[^a-z]]{1,50}$", fits=_is_symbol, read=str)
SYMBOLS = Kind(
    legal=r'^\["[\w\-._&&[^a-z]]{1,50}"(,"[\w\-._&&[^a-z]]{1,50}")*\]$',
    fits=lambda text: _ARRAY.fullmatch(text) and all(map(_is_symbol, _texts_in(text))),
    read=_texts_in,
)
CLIENT_ID = Kind(
    legal="^[a-zA-Z0-9-_]{1,36}$", fits=re.compile(r"[a-zA-Z0-9-_]{1,36}").fullmatch, read=str
)
BOOLEAN = Kind(legal="^(true|false)$", fits=re.compile("true|false").fullmatch, read="true".__eq__)
FORMAT = Kind(legal="^(json|sbe)$", fits=re.compile("json|sbe").fullmatch, read=str)
# Signatures, API keys and time units are checked as a whole elsewhere: any text will do here.
TEXT = Kind(legal=".*", fits=bool, read=str)


@frozen
class Parameter(Generic[T]):
    """A parameter of an endpoint; its values are of type `T`."""

    name: str
    kind: Kind[Any]
    is_mandatory: bool


def mandatory(name: str, kind: Kind[T]) -> Parameter[T]:
    """Declare a parameter that must be sent."""
    return Parameter(name, kind, is_mandatory=True)


def optional(name: str, kind: Kind[T]) -> Parameter[T | None]:
    """Declare a parameter that may be sent; without it the value is None."""
    return Parameter(name, kind, is_mandatory=False)


class SentParameters:
    """The parameters of a request.

    Args:
        places: Names and values, from each place where parameters may be; of two places that have
            the same name, the first counts.

    Raises:
        ApiError: -1101, one place has a name twice.

    >>> sent = SentParameters([("symbol", "LTCBTC"), ("orderListId", "0"), ("speed", "high")])
    >>> sent.read(mandatory("symbol", SYMBOL)), sent.read(optional("orderListId", LONG))
    ('LTCBTC', 0)
    >>> sent.refuse_unread(most=8)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    orderlists_simulator._engine.errors.ApiError: -1104: ... read '2' ... but was sent '3'.
    """

    def __init__(self, *places: Iterable[tuple[str, str]]) -> None:
        self._sent: dict[str, str] = {}
        for place in places:
            self._sent = {**without_duplicates(place), **self._sent}
        self._read: set[str] = set()

    def __contains__(self, name: str) -> bool:
        return name in self._sent

    def read(self, parameter: Parameter[T]) -> T:
        """Return the value of a parameter.

        Raises:
            ApiError: -1105, it is empty; -1100, it has illegal characters; -1102, it is malformed,
                or mandatory and missing.
        """
        name, kind = parameter.name, parameter.kind
        if name not in self._sent:
            if parameter.is_mandatory:
                raise malformed(name)
            return cast("T", None)
        self._read.add(name)
        text = self._sent[name]
        if text == "":
            raise ApiError(-1105, f"Parameter '{name}' was empty.")
        if not kind.fits(text):
            raise kind.refused(name)
        try:
            return cast("T", kind.read(text))
        except ValueError as error:
            raise malformed(name) from error

    def refuse_unread(self, *, most: int) -> None:
        """Check that every parameter that was sent has been read.

        Args:
            most: How many parameters the endpoint has, with the common ones.

        Raises:
            ApiError: -1101, more parameters were sent than that; -1104, some were not read.
        """
        sent, read = len(self._sent), len(self._read)
        if sent > most:
            raise ApiError(-1101, f"Too many parameters; expected '{most}' and received '{sent}'.")
        if read < sent:
            raise ApiError(
                -1104,
                f"Not all sent parameters were read; read '{read}' parameter(s) "
                f"but was sent '{sent}'.",
            )


def without_duplicates(pairs: Iterable[tuple[str, T]]) -> dict[str, T]:
    """Return names and values as a dict.

    Raises:
        ApiError: -1101, a name occurs twice.
    """
    found: dict[str, T] = {}
    for name, value in pairs:
        if name in found:
            raise ApiError(-1101, f"Duplicate values for parameter '{name}'.")
        found[name] = value
    return found
