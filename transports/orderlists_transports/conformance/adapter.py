"""A transport under test, called the same way whether it blocks or is asynchronous."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from orderlists.extending import Frame, HttpRequest, HttpResponse
    from orderlists_transports.conformance.callers import Caller, Interruption, Method, Value

LONG = 10.0
"""The timeout, in seconds, of a call that is not meant to reach it."""


class Adapter:
    """What HTTP and framed transports have in common, and connections, too."""

    def __init__(self, caller: Caller, subject: Value) -> None:
        self._caller = caller
        self._subject = subject

    def close(self) -> None:
        """Close it."""
        self._call("close")

    def _method(self, name: str) -> Method:
        return getattr(self._subject, self._caller.prefix + name)

    def _start(self, name: str, *args: Value, **options: Value) -> Future[list[Value]]:
        return self._caller.start(self._method(name), [args], **options)

    def _call(self, name: str, *args: Value, **options: Value) -> Value:
        return self._start(name, *args, **options).result()[0]


class HttpAdapter(Adapter):
    """An HTTP transport under test."""

    def send(self, request: HttpRequest, timeout: float = LONG) -> HttpResponse:
        """Send a request and wait for its response."""
        response: HttpResponse = self._call("send", request, timeout=timeout)
        return response

    def start(self, request: HttpRequest, timeout: float = LONG) -> Future[list[HttpResponse]]:
        """Send a request in the background."""
        return self._start("send", request, timeout=timeout)

    def interrupt(self, request: HttpRequest, when: Callable[[], object]) -> Interruption:
        """Send a request, and interrupt that once `when` returns."""
        return self._caller.interrupt(when, self._method("send"), request, timeout=LONG)

    def send_in_child(self, request: HttpRequest) -> HttpResponse:
        """Send a request in a forked child process."""
        response: HttpResponse = self._caller.in_child(
            self._method("send"), self._method("close"), request, timeout=LONG
        )
        return response


class ConnectionAdapter(Adapter):
    """A connection of a framed transport under test."""

    def send(self, frame: Frame, timeout: float = LONG) -> None:
        """Send a frame."""
        self._call("send", frame, timeout=timeout)

    def start_sending(self, *frames: Frame) -> Future[list[None]]:
        """Send one frame after the other in the background."""
        calls = [(frame,) for frame in frames]
        return self._caller.start(self._method("send"), calls, timeout=LONG)

    def receive(self, timeout: float | None = LONG) -> Frame | None:
        """Receive a frame."""
        return self.start_receiving(timeout=timeout).result()[0]

    def start_receiving(self, *, timeout: float | None = LONG) -> Future[list[Frame | None]]:
        """Receive a frame in the background."""
        return self._start("receive", timeout=timeout)

    def interrupt(self, when: Callable[[], object], timeout: float) -> Interruption:
        """Receive a frame, and interrupt that once `when` returns."""
        return self._caller.interrupt(when, self._method("receive"), timeout=timeout)

    def cancel(self, delay: float, timeout: float) -> Interruption:
        """Receive a frame, and cancel that after so many seconds."""
        return self._caller.cancel(delay, self._method("receive"), timeout=timeout)


class FramedAdapter(Adapter):
    """A framed transport under test."""

    def connect(self, target: str = "/", timeout: float = LONG) -> ConnectionAdapter:
        """Open a connection."""
        connection = self._call("connect", target, timeout=timeout)
        return ConnectionAdapter(self._caller, connection)
