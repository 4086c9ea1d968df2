"""HTTP requests and responses as values.

The signed bytes are the sent bytes: a target is stored exactly as it goes on the wire, and is never
parsed again.
"""

from __future__ import annotations

from attrs import field, frozen

from orderlists._models.base import RawReply


# No slots: constructing a frozen value with slots takes almost twice as long.
@frozen(repr=False, slots=False)
class HttpRequest:
    """One HTTP request, ready for the wire.

    Attributes:
        method: The method in upper case, such as ``DELETE``.
        target: Path and query in origin form, percent-encoded; sent byte for byte.
        headers: Names and values, in order; a transport adds what HTTP requires (``Host``).
        body: The body; empty for none.

    >>> HttpRequest("DELETE", "/api/v3/orderList?symbol=LTCBTC&signature=c8db56", ())
    <HttpRequest DELETE /api/v3/orderList?...>
    """

    method: str
    # Hidden from tools that print fields as well: they hold the API key and the signature.
    target: str = field(repr=False)
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    body: bytes = field(default=b"", repr=False)

    def __repr__(self) -> str:
        path, mark, _ = self.target.partition("?")
        return f"<HttpRequest {self.method} {path}{'?...' if mark else ''}>"


@frozen(repr=False, slots=False)
class HttpResponse(RawReply):
    """One HTTP response, whatever its status.

    Attributes:
        status: 200 to 599.
        headers: Names and values as received: order, case and duplicates are kept.
        body: The whole body, content-decoded.

    >>> HttpResponse(200, (("content-type", "application/json"),), b"{}")
    <HttpResponse 200, 2 bytes>
    """
