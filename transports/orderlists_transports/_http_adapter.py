"""What adapters of HTTP libraries have in common: everything but the library.

An adapter judges a request itself, because libraries mend or quote what they should refuse, and
undoes content encodings itself, because libraries do so without a bound.
"""

from __future__ import annotations

from typing import Final

from orderlists import TransportError
from orderlists.extending import HttpRequest, HttpResponse
from orderlists_transports._http1.bodies import UnboundedBody
from orderlists_transports._http1.decoders import decode_content
from orderlists_transports._http1.errors import UnsendableRequest, UnusableResponse
from orderlists_transports._http1.writer import RequestWriter
from orderlists_transports._net.redact import not_sent
from orderlists_transports._validators import check_count
from orderlists_transports.environments import Exchange, parse_origin

_STATUSES: Final = range(200, 600)


class HttpAdapter:
    """The part of an adapter that knows no library."""

    def __init__(self, exchange: Exchange | str, *, max_response_size: int) -> None:
        check_count("max_response_size", max_response_size)
        self._origin = parse_origin(exchange)
        self._writer = RequestWriter(self._origin)
        self._max_response_size = max_response_size
        self._closed = False

    def _obstacle(self, request: HttpRequest, seconds: float) -> TransportError | None:
        """Return why nothing can be sent, or None."""
        if self._closed:
            return not_sent("this transport is closed")
        if seconds <= 0:
            return not_sent("no time is left")
        try:
            self._writer.write(request)
        except UnsendableRequest as error:
            return not_sent(str(error))
        return None

    def _new_body(self) -> UnboundedBody:
        """Return what takes the parts of a body, within the bound."""
        return UnboundedBody(self._max_response_size)

    def _response(
        self, status: int, headers: tuple[tuple[str, str], ...], body: UnboundedBody
    ) -> HttpResponse:
        """Return a response, its content encodings undone.

        Raises:
            UnusableResponse: They cannot be undone, or the status is none.
        """
        if status not in _STATUSES:
            raise UnusableResponse(f"{status} is not the status of a response")
        encodings = ", ".join(
            value for name, value in headers if name.lower() == "content-encoding"
        )
        content = decode_content(body.content(), encodings, self._max_response_size)
        return HttpResponse(status, headers, content)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._origin}>"
