"""The messages that an HTTP transport carries: one request out, one response back.

Pure values.  The bytes that were signed are the bytes that are sent, so a target is kept in the
form in which it goes on the wire, and nothing here parses it again.
"""

from __future__ import annotations

from attrs import field, frozen


# No slots in either: a frozen value with slots takes almost twice as long to make.
@frozen(repr=False, slots=False)
class HttpRequest:
    """One HTTP request, ready for the wire.

    Attributes:
        method: The verb in upper case, such as ``DELETE``.
        target: Path and query in origin form, percent-encoded; sent byte for byte.
        headers: Names and values, in order; a transport adds what HTTP itself needs (``Host``).
        body: The body; empty for none.

    >>> HttpRequest("DELETE", "/api/v3/orderList?symbol=LTCBTC&signature=c8db56", ())
    <HttpRequest DELETE /api/v3/orderList?...>
    """

    method: str
    # Not even in the output of tools that print fields: these hold the key and the signature.
    target: str = field(repr=False)
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    body: bytes = field(default=b"", repr=False)

    def __repr__(self) -> str:
        path, mark, _ = self.target.partition("?")
        return f"<HttpRequest {self.method} {path}{'?...' if mark else ''}>"


@frozen(repr=False, slots=False)
class HttpResponse:
    """One HTTP response, whatever its status.

    Attributes:
        status: 200 to 599.
        headers: Names and values in the order they came; names in any case, repeated ones kept.
        body: The whole body, any content encoding undone.

    >>> HttpResponse(200, (("content-type", "application/json"),), b"{}")
    <HttpResponse 200, 2 bytes>
    """

    status: int
    # A server may echo what was sent.
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    body: bytes = field(default=b"", repr=False)

    def header(self, name: str) -> str | None:
        """Return the first header of this name, in whatever case it came, or None.

        >>> HttpResponse(429, (("retry-after", "7"),)).header("Retry-After")
        '7'
        """
        wanted = name.lower()
        for found, value in self.headers:
            if found.lower() == wanted:
                return value
        return None

    def __repr__(self) -> str:
        return f"<HttpResponse {self.status}, {len(self.body)} bytes>"
