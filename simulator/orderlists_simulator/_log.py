"""What was asked of the venue, what it did, and what the client got to see.

The three differ where things go wrong, and this is where a test looks up the truth.

Invariant: entries are numbered in the order in which requests arrived, and none is ever lost.
"""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

from attrs import evolve, frozen

if TYPE_CHECKING:
    from orderlists_simulator._answers import Ending
    from orderlists_simulator._asked import Asked, Protocol
    from orderlists_simulator._attempt import Attempt
    from orderlists_simulator._fate import Fate


_CANCELS = frozenset(
    {
        ("REST", "DELETE", "/api/v3/orderList"),
        ("WebSocket", "orderList.cancel", "/ws-api/v3"),
    }
)


@frozen(kw_only=True)
class LogEntry:
    """One request.

    Attributes:
        number: Its place in the log: 0, 1, 2, ...
        arrived: When, in nanoseconds.
        protocol: How it came, ``REST`` or ``WebSocket``.
        method: The verb, or the name of the method without its version.
        path: The path without the query; over a connection, that of the connection.
        parameters: Names and values, without the signature.
        fate: What was to happen to it.
        attempts: What the venue did, in the order in which it did.
        answered: The status that the client was given, or how the connection ended; None as long as
            the answer is outstanding.
    """

    number: int
    arrived: int
    protocol: Protocol
    method: str
    path: str
    parameters: tuple[tuple[str, str], ...]
    fate: Fate
    attempts: tuple[Attempt, ...] = ()
    answered: int | Ending | None = None

    @property
    def is_cancel(self) -> bool:
        """Whether it asks for the cancel of an order list, by whichever protocol."""
        return (self.protocol, self.method, self.path) in _CANCELS

    def parameter(self, name: str) -> str | None:
        """Return the first parameter of this name, or None."""
        return next((value for found, value in self.parameters if found == name), None)


class Log:
    """The requests that arrived.  May be used by many threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._entries: list[LogEntry] = []

    @property
    def entries(self) -> tuple[LogEntry, ...]:
        """Every request so far, as far as it is known what became of it."""
        with self._lock:
            return tuple(self._entries)

    def open(self, asked: Asked, *, arrived: int, fate: Fate) -> int:
        """Note that a request arrived, and return its number."""
        with self._lock:
            number = len(self._entries)
            self._entries.append(
                LogEntry(
                    number=number,
                    arrived=arrived,
                    protocol=asked.protocol,
                    method=asked.method,
                    path=asked.path,
                    parameters=asked.parameters,
                    fate=fate,
                )
            )
            return number

    def tried(self, number: int, attempt: Attempt) -> None:
        """Note what the venue did with a request."""
        with self._lock:
            entry = self._entries[number]
            self._entries[number] = evolve(entry, attempts=(*entry.attempts, attempt))

    def answered(self, number: int, answer: int | Ending) -> None:
        """Note what the client was given."""
        with self._lock:
            self._entries[number] = evolve(self._entries[number], answered=answer)
