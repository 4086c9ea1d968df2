"""What an implementer of an operation, a format, a protocol or a transport needs.

These names are as stable as those of `orderlists` itself.  Whoever only sends requests needs none.
"""

from orderlists._connections.protocol import FramedProtocol
from orderlists._formats.json import JsonParser, exact_json
from orderlists._keys.key import masked
from orderlists._models.base import Result
from orderlists._operations.base import Operation, Parameter, Request, Security
from orderlists._protocols.frames import Frame
from orderlists._protocols.http_messages import HttpRequest, HttpResponse
from orderlists._protocols.http_protocol import HttpProtocol

__all__ = [
    "Frame",
    "FramedProtocol",
    "HttpProtocol",
    "HttpRequest",
    "HttpResponse",
    "JsonParser",
    "Operation",
    "Parameter",
    "Request",
    "Result",
    "Security",
    "exact_json",
    "masked",
]
