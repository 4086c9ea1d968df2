"""The REST protocol: encodes requests as HTTP requests, decodes HTTP responses.

Sans I/O and without a clock, so any HTTP library can be the transport.

Invariant: the query is percent-encoded first; exactly those bytes are signed and sent.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TypeVar
from urllib.parse import quote

from attrs import field, frozen

from orderlists._formats.interfaces import Format, Unreadable
from orderlists._formats.json import Json
from orderlists._keys.key import Key
from orderlists._models.base import attach_reply
from orderlists._operations.base import Parameter, Request, Security
from orderlists._protocols.http_errors import http_error, is_html
from orderlists._protocols.http_messages import HttpRequest, HttpResponse
from orderlists._protocols.rate_limit_headers import usage_of
from orderlists._protocols.signing import (
    check_format,
    check_timestamp,
    check_unit,
    signature_of,
    text_of,
)
from orderlists._time import TimeUnit
from orderlists._version import __version__
from orderlists.errors import InvalidRequest, UndecodableReply

R = TypeVar("R")

_OK = 200
# Bound here: an attribute of an enumeration takes several times as long.
_UNSIGNED = Security.NONE
_PLAIN = re.compile(r"[A-Za-z0-9_.~+/=-]*")
_COMMON_HEADERS = (("User-Agent", f"orderlists/{__version__}"),)
_UNIT_HEADERS = {
    TimeUnit.MILLISECOND: _COMMON_HEADERS,
    TimeUnit.MICROSECOND: (*_COMMON_HEADERS, ("X-MBX-TIME-UNIT", "MICROSECOND")),
}


@frozen(kw_only=True)
class Rest:
    """The exchange's REST API.

    Args:
        time_unit: The unit of times in requests and results.  Milliseconds are the exchange's
            default; microseconds are selected by a header.
        format: The format of replies.  ``Json(parser=orjson.loads)`` is several times as fast as
            the default.

    Raises:
        InvalidSetting: A setting is of another type.

    Source: *General API Information*, *SIGNED endpoint security*.

    >>> from orderlists import CancelOrderList, HmacKey
    >>> key = HmacKey(api_key="k" * 64, secret="not-a-real-one")
    >>> request = CancelOrderList(symbol="LTCBTC", order_list_id=0)
    >>> Rest().encode(request, key=key, timestamp=1574040868128).target.partition("&signature=")[0]
    '/api/v3/orderList?symbol=LTCBTC&orderListId=0&timestamp=1574040868128'
    """

    time_unit: TimeUnit = field(default=TimeUnit.MILLISECOND, validator=check_unit)
    format: Format = field(default=Json(), validator=check_format)

    def encode(self, request: Request[R], *, key: Key, timestamp: int) -> HttpRequest:
        """Return the request, encoded and signed.

        Args:
            request: The request.
            key: The key that signs it.
            timestamp: The time since 1970, in `time_unit`.

        Raises:
            InvalidRequest: The timestamp is not an int, or REST does not have this operation.
            InvalidSetting: `key.sign` did not return text.
        """
        operation = request.operation
        if operation.method is None or operation.path is None:
            rule = "must be an operation of the REST API; use WebSocketApi() for this one"
            raise InvalidRequest(field="request", value=request, rule=rule)
        headers = _UNIT_HEADERS[self.time_unit]
        selecting = self.format.headers
        if selecting and self.format.supports(operation.websocket):
            headers = (*headers, *selecting)
        parameters = request.parameters()
        if operation.security is _UNSIGNED:
            query = _query(parameters).removesuffix("&")
            target = f"{operation.path}?{query}" if query else operation.path
            return HttpRequest(operation.method, target, headers)
        check_timestamp(timestamp, self.time_unit)
        query = f"{_query(parameters)}timestamp={timestamp}"
        signature = _encoded(signature_of(query.encode("ascii"), key))
        return HttpRequest(
            operation.method,
            f"{operation.path}?{query}&signature={signature}",
            (("X-MBX-APIKEY", key.api_key), *headers),
        )

    def decode(self, request: Request[R], response: HttpResponse) -> R:
        """Decode the response to a request.

        Raises:
            Rejected: The exchange refused the request: it was not executed.
            ServerError: The exchange failed: the outcome is unknown.
            UndecodableReply: The reply is unreadable: the outcome is unknown.
        """
        operation = request.operation
        if response.status != _OK:
            raise http_error(response, self.format, operation.errors)
        try:
            result: R = self.format.decode(response, operation.result, self.time_unit)
        except Unreadable as error:
            raise UndecodableReply(
                raw=response.body,
                status=response.status,
                reason=str(error),
                is_foreign=is_html(response),
            ) from error
        attach_reply(result, response)
        return result

    usages = staticmethod(usage_of)
    """Returns the rate-limit usage in the headers of a response."""


def _query(parameters: list[Parameter]) -> str:
    """Return the parameters as a query, each with an ``&`` behind it."""
    query = ""
    for name, value in parameters:
        query += f"{name}={value if type(value) is int else _encoded(value)}&"
    return query


def _encoded(value: str | int | Decimal | tuple[str, ...]) -> str:
    text = value if type(value) is str else text_of(value)
    # On bytes `isalnum` is a table look-up for ASCII; on text a Unicode search per character.
    if text.encode().isalnum() or isinstance(value, Decimal):
        return text
    if _PLAIN.fullmatch(text) is not None:
        # Client ids, and base64 signatures: `quote` takes ten times as long.
        return text.replace("+", "%2B").replace("/", "%2F").replace("=", "%3D")
    return quote(text, safe="")
