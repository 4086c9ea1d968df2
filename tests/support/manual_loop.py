"""A loop and a protocol for connections whose steps a test takes one by one."""

from collections import deque
from collections.abc import Callable


class ManualLoop:
    """A loop that runs when a test says so."""

    def __init__(self) -> None:
        self.callbacks: deque[Callable[[], object]] = deque()

    def call_soon(self, callback: Callable[[], object], /) -> None:
        self.callbacks.append(callback)

    def call_later(self, delay: float, callback: Callable[[], object], /) -> "ManualTimer":
        assert delay > 0
        self.timer = ManualTimer(callback)
        return self.timer

    def turn(self) -> None:
        while self.callbacks:
            self.callbacks.popleft()()


class ManualTimer:
    """A timer that fires when a test says so."""

    def __init__(self, callback: Callable[[], object]) -> None:
        self.fire: Callable[[], object] = callback

    def cancel(self) -> None: ...


class Lines:
    """A protocol of lines."""

    end = None

    def __init__(self) -> None:
        self._sent: list[str] = []

    def send(self, frame: str) -> None:
        self._sent.append(frame)

    def output(self) -> bytes:
        sent, self._sent = self._sent, []
        return "".join(f"{line}\n" for line in sent).encode()

    def receive(self, data: bytes) -> list[str]:
        return data.decode().splitlines()

    def received(self) -> list[str]:
        return []

    def ping(self) -> None:
        self.send("ping")

    def close(self) -> None:
        self.send("close")
