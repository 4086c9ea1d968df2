"""The base class of all results, and the raw reply that they were decoded from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Self, cast

from attrs import field, frozen

from orderlists._models.fields import LOCAL


def _empty() -> dict[str, Any]:
    return {}


class JsonForm:
    """What results and events have in common: a form in plain values, without loss.

    Amounts are text, as the exchange sends them, times are objects with the number that came and
    its ISO 8601 form, unknown fields are kept.  Only the raw `reply` is left out.
    """

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form as plain values.

        >>> from orderlists import Instant, ServerTime, TimeUnit
        >>> time = ServerTime(server_time=Instant(1574040868128, TimeUnit.MILLISECOND))
        >>> time.to_dict()["server_time"]["iso"]
        '2019-11-18T01:34:28.128000+00:00'
        """
        from orderlists._models.json_form import to_plain  # noqa: PLC0415 - loads cattrs

        return to_plain(self)

    def to_json(self) -> str:
        """Return the JSON form as text.

        >>> from orderlists import Gap, GapReason
        >>> Gap(reason=GapReason.BUFFER, count=7).to_json()
        '{"kind": "Gap", "reason": "BUFFER", "count": 7}'
        """
        return json.dumps(self.to_dict())

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Parse the JSON form of a value of this class, or of one derived from it.

        Raises:
            InvalidInput: The text is something else.

        >>> from orderlists import Gap
        >>> Gap.from_json('{"kind": "Gap", "reason": "BUFFER", "count": 7}')
        Gap(reason=<GapReason.BUFFER: 'BUFFER'>, count=7)
        """
        from orderlists._models.json_form import read  # noqa: PLC0415 - loads cattrs

        return read(cls, text)


# No slots: constructing a frozen value with slots takes almost twice as long.
@frozen(repr=False, slots=False)
class RawReply:
    """A reply of the exchange as it came.

    Attributes:
        status: The status, as in HTTP.
        headers: Names and values of a response over REST, as received: order, case and duplicates
            are kept.  Empty for a reply over the WebSocket API.
        body: The whole body, content-decoded; over the WebSocket API the whole frame.
    """

    status: int
    # A server may echo the request.
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    body: bytes = field(default=b"", repr=False)

    def header(self, name: str) -> str | None:
        """Return the first header with this name, case-insensitively, or None.

        >>> RawReply(429, (("retry-after", "7"),)).header("Retry-After")
        '7'
        """
        wanted, length = name.lower(), len(name)
        for found, value in self.headers:
            # Few names are as long, and comparing lengths takes a third of the time.
            if len(found) == length and found.lower() == wanted:
                return value
        return None

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.status}, {len(self.body)} bytes>"


@frozen(kw_only=True, slots=False)
class Result(JsonForm):
    """A value that a format decodes from a reply.

    An attribute without a default is required: a reply without it, or with a value of another type,
    is unreadable.  An attribute with a default is optional, and never fails the reply: if its value
    is malformed, the attribute has its default and the value is in `malformed_fields`.

    A result of your own is an attrs class without slots, which would almost double the time of its
    construction: ``@frozen(kw_only=True, slots=False)``.

    Attributes:
        unknown_fields: Fields unknown to this library, undecoded, by wire name.
        malformed_fields: Optional fields with a malformed value, undecoded, by wire name.  Their
            attributes have their defaults, mostly None: check this mapping to distinguish
            *malformed* from *not sent*.
        reply: The reply that it was decoded from: the headers and the body as they came, which stay
            in memory as long as the result.  None for an event, for a part of a result, and for a
            result that was copied or pickled.
    """

    unknown_fields: Mapping[str, Any] = field(
        factory=_empty, hash=False, repr=False, metadata=LOCAL
    )
    malformed_fields: Mapping[str, Any] = field(
        factory=_empty, hash=False, repr=False, metadata=LOCAL
    )

    reply: RawReply | None = field(default=None, eq=False, hash=False, repr=False, metadata=LOCAL)

    def __getstate__(self) -> dict[str, Any]:
        """Leave the reply out: each list of a page would carry the whole page."""
        return {**vars(self), "reply": None}

    def __init_subclass__(cls) -> None:
        """Reject slots, which the decoder does not fill."""
        if cls.__dict__.get("__slots__"):
            raise TypeError(f"{cls.__name__} must have no slots: @frozen(slots=False)")


def attach_reply(value: object, reply: RawReply) -> None:
    """Have a result, or each of a tuple of them, refer to its reply."""
    if isinstance(value, Result):
        # A frozen value, which no caller has yet.
        vars(value)["reply"] = reply
    elif isinstance(value, tuple):
        for each in cast("tuple[object, ...]", value):
            attach_reply(each, reply)
