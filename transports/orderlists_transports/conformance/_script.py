"""What servers do: scripts, and the replies they send.

A script is a function that is given one connection and returns when it is done with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from orderlists_transports.conformance._server import Peer, Received


def reply(
    body: bytes = b"{}",
    *,
    status: int = 200,
    headers: Sequence[str] = (),
    length: int | None = None,
) -> bytes:
    r"""Return the bytes of a reply that gives the length of its body.

    >>> reply(status=418)
    b'HTTP/1.1 418 Reason\r\nContent-Length: 2\r\n\r\n{}'
    """
    declared = len(body) if length is None else length
    return unmeasured(body, status=status, headers=[f"Content-Length: {declared}", *headers])


def unmeasured(body: bytes, *, status: int = 200, headers: Sequence[str] = ()) -> bytes:
    """Return the bytes of a reply that does not say how long it is."""
    head = "\r\n".join([f"HTTP/1.1 {status} Reason", *headers, "", ""])
    return head.encode("latin-1") + body


def chunked(body: bytes, size: int) -> bytes:
    r"""Return a body cut into chunks.

    >>> chunked(b"hello", 3)
    b'3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n'
    """
    parts = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in [*parts, b""])


def answer(*replies: bytes) -> Callable[[Peer], None]:
    """Return a script that answers one request after the other, then closes the connection."""

    def script(peer: Peer) -> None:
        for each in replies:
            peer.receive()
            peer.write(each)

    return script


def answer_by(make: Callable[[Received], bytes]) -> Callable[[Peer], None]:
    """Return a script that makes each answer from its request, and keeps the connection alive."""

    def script(peer: Peer) -> None:
        while (request := peer.receive()) is not None:
            peer.write(make(request))

    return script


def echo(request: Received) -> bytes:
    """Answer with the target of the request."""
    return reply(request.target.encode("latin-1"))


def always(sent: bytes) -> Callable[[Peer], None]:
    """Return a script that answers every request alike, and keeps the connection alive."""
    return answer_by(lambda _: sent)
