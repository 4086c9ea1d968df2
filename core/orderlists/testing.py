"""Test doubles for your own tests.

For a simulated exchange instead of scripted responses see `orderlists_simulator`.
"""

from __future__ import annotations

from collections.abc import Iterable

from orderlists._protocols.http_messages import HttpRequest, HttpResponse

__all__ = ["ScriptedTransport"]


class ScriptedTransport:
    """An HTTP transport, sync and async, that returns scripted responses in order.

    Args:
        answers: One for each request: a response to return, or an exception to raise.

    Attributes:
        requests: The requests sent so far.
        is_closed: Whether it was closed.

    >>> transport = ScriptedTransport([HttpResponse(502, ())])
    >>> transport.send(HttpRequest("GET", "/api/v3/time", ()), timeout=1.0)
    <HttpResponse 502, 0 bytes>
    >>> transport.requests
    [<HttpRequest GET /api/v3/time>]
    """

    def __init__(self, answers: Iterable[HttpResponse | BaseException]) -> None:
        self._answers = iter(answers)
        self.requests: list[HttpRequest] = []
        self.is_closed = False

    def send(self, request: HttpRequest, /, *, timeout: float) -> HttpResponse:
        """Return or raise the next response.

        Raises:
            AssertionError: There are no more scripted responses.
        """
        del timeout
        self.requests.append(request)
        answer = next(self._answers, None)
        if answer is None:
            raise AssertionError(f"more was sent than the script has answers for: {request}")
        if isinstance(answer, BaseException):
            raise answer
        return answer

    async def asend(self, request: HttpRequest, /, *, timeout: float) -> HttpResponse:  # noqa: ASYNC109 - the contract of transports
        """Do the same as `send`."""
        return self.send(request, timeout=timeout)

    def close(self) -> None:
        """Note that it was closed."""
        self.is_closed = True

    async def aclose(self) -> None:
        """Note that it was closed."""
        self.close()
