"""Interfaces and base classes for new operations, formats, protocols and transports.

These names are as stable as those of `orderlists`.  They are not needed to send requests.
"""

from orderlists._formats.interfaces import ErrorBody, Format, Reply, Unreadable
from orderlists._formats.json import JsonParser, exact_json
from orderlists._keys.key import masked
from orderlists._models.base import Result
from orderlists._models.fields import sent_as
from orderlists._models.shapes import Many, One, OneOf, Shape
from orderlists._operations.base import Effect, Operation, Parameter, Request, Security
from orderlists._protocols.http_messages import HttpRequest, HttpResponse
from orderlists._protocols.interfaces import (
    Draining,
    Encoded,
    EventReceived,
    EventsEnded,
    Frame,
    FramedProtocol,
    HttpProtocol,
    Received,
    ReplyPart,
    SendNow,
    SessionLayer,
)
from orderlists._protocols.signing import text_of
from orderlists._rate_limits import RateLimitType, Usage

__all__ = [
    "Draining",
    "Effect",
    "Encoded",
    "ErrorBody",
    "EventReceived",
    "EventsEnded",
    "Format",
    "Frame",
    "FramedProtocol",
    "HttpProtocol",
    "HttpRequest",
    "HttpResponse",
    "JsonParser",
    "Many",
    "One",
    "OneOf",
    "Operation",
    "Parameter",
    "RateLimitType",
    "Received",
    "Reply",
    "ReplyPart",
    "Request",
    "Result",
    "Security",
    "SendNow",
    "SessionLayer",
    "Shape",
    "Unreadable",
    "Usage",
    "exact_json",
    "masked",
    "sent_as",
    "text_of",
]
