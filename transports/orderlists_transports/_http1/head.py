"""The head of an HTTP/1.1 response: status line and headers.

Most of the cost of reading a response is its two dozen headers, and a server sends the same names
in the same order nearly every time.  So the names of a head are judged once: `_parse_lines` looks
at each line by itself, and what it finds is kept as a layout.  The next head is cut apart by two
calls in C; if the pieces where names should stand are those of a known layout, the values stand
between them.

That is exact, not a guess.  Each line break becomes a separator followed by a line feed, so a piece
that starts with a line feed starts a line.  The names of a layout all do, and there are as many of
them as line breaks and as line feeds in the head: every line was cut exactly once, behind its name.
Anything else, such as a value with a colon and a space in it, is read line by line.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from orderlists_transports._http1.errors import UnusableResponse

if TYPE_CHECKING:
    from collections.abc import Iterable

Headers = tuple[tuple[str, str], ...]

MAX_HEAD_SIZE: Final = 64 * 1024
_MAX_HEADERS: Final = 256
_MAX_LAYOUTS: Final = 64
_STATUS_LINE: Final = re.compile(r"HTTP/1\.([01]) ([1-5][0-9][0-9])(?: [^\r\n]*)?")
_LINE_END: Final = re.compile(r"\r?\n")
_NAME: Final = re.compile(r"[^\s:]+")
_FRAMING: Final = frozenset(
    {"content-length", "transfer-encoding", "connection", "content-encoding"}
)
_WHITESPACE: Final = " \t"


class Head(NamedTuple):
    """A status line and headers.

    Attributes:
        status: 100 to 599.
        is_persistent: Whether the server may keep the connection open.
        headers: Names and values in the order they came.
        framing: The headers that say where the body ends and how it is encoded, by their names in
            lower case; repeated ones joined by commas.
    """

    status: int
    is_persistent: bool
    headers: Headers
    framing: dict[str, str]


class _Layout(NamedTuple):
    """The names of a head, and where those are that matter to its framing."""

    names: tuple[str, ...]
    framing: tuple[tuple[int, str], ...]


_LAYOUTS: dict[tuple[str, ...], _Layout] = {}
"""Layouts by the pieces that start their lines: the names, each behind a line feed."""


def parse_known_head(text: str) -> Head | None:
    r"""Return a head whose layout is known, or None.

    Args:
        text: The head, without the blank line at its end.
    """
    marked = text.replace("\r\n", ": \n")
    pieces = marked.split(": ")
    layout = _LAYOUTS.get(tuple(pieces[1::2]))
    values = pieces[2::2]
    if layout is None or "\r" in marked:
        return None
    # Marking adds a character for each line break; a bare line feed adds none.
    if not len(values) == len(marked) - len(text) == marked.count("\n"):
        return None
    return _head_of(pieces[0], layout, [value.strip(_WHITESPACE) for value in values])


def parse_head(text: str) -> Head:
    r"""Return a head, and remember its layout.

    Raises:
        UnusableResponse: It is not one of HTTP/1, or a header is malformed.

    >>> parse_head("HTTP/1.1 200 OK\r\nContent-Length: 2").framing
    {'content-length': '2'}
    """
    start, *lines = _LINE_END.split(text)
    if len(lines) > _MAX_HEADERS:
        raise UnusableResponse("the response has too many headers")
    names, values = _parse_lines(lines)
    framing = tuple((at, name.lower()) for at, name in enumerate(names) if name.lower() in _FRAMING)
    layout = _Layout(tuple(names), framing)
    head = _head_of(start, layout, values)
    if len(_LAYOUTS) >= _MAX_LAYOUTS:
        _LAYOUTS.clear()
    _LAYOUTS[tuple(f"\n{name}" for name in names)] = layout
    return head


def _parse_lines(lines: Iterable[str]) -> tuple[list[str], list[str]]:
    names: list[str] = []
    values: list[str] = []
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or not _NAME.fullmatch(name) or "\r" in value:
            raise UnusableResponse("a header line of the response is malformed")
        names.append(name)
        values.append(value.strip(_WHITESPACE))
    return names, values


def _head_of(start: str, layout: _Layout, values: list[str]) -> Head:
    framing: dict[str, str] = {}
    for at, name in layout.framing:
        value = values[at]
        framing[name] = f"{framing[name]}, {value}" if name in framing else value
    found = _STATUS_LINE.fullmatch(start)
    if found is None:
        raise not_http()
    is_persistent = found[1] == "1" and "close" not in framing.get("connection", "").lower()
    return Head(
        int(found[2]), is_persistent, tuple(zip(layout.names, values, strict=True)), framing
    )


def not_http() -> UnusableResponse:
    """Return the error for what does not begin as a response."""
    return UnusableResponse("what the server sent is not a response in HTTP/1")
