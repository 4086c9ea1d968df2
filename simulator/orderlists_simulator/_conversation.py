"""One open connection, as the venue sees it: what came in, what goes out, and how it ends.

Knows neither sockets nor a clock.  Whoever serves brings the frames that arrive, lets the venue run
as time passes, and takes the frames that leave.

Invariant: once it has ended nothing leaves any more but what had left before, and every request
that was still to be answered is noted in the log with the way it ended.
"""

from __future__ import annotations

import math
from collections import deque
from typing import TYPE_CHECKING

from attrs import frozen

from orderlists.extending import HttpResponse
from orderlists_simulator import _envelope as envelope
from orderlists_simulator._answers import Unnamed
from orderlists_simulator._timing import in_nanoseconds
from orderlists_simulator._ws_request import read

if TYPE_CHECKING:
    from orderlists.extending import Frame
    from orderlists_simulator._answers import Broken, Ending
    from orderlists_simulator._fate import Held
    from orderlists_simulator._line import Exchange, Line
    from orderlists_simulator._news import News
    from orderlists_simulator._replies import JsonObject
    from orderlists_simulator._rules import FirstEvent
    from orderlists_simulator._session import Session, Subscription
    from orderlists_simulator._session_methods import Ended
    from orderlists_simulator._venue import Venue
    from orderlists_simulator._websocket import WebSocketFront
    from orderlists_simulator._ws_request import WebSocketRequest


_UNAUTHORIZED = 401
_REVOKED = HttpResponse(
    _UNAUTHORIZED, (), b'{"code":-2015,"msg":"Invalid API-key, IP, or permissions for action."}'
)


@frozen
class Cut:
    """A frame that is broken off.

    Attributes:
        whole: All of it, in UTF-8.
        kept: How many bytes of it still leave.
    """

    whole: bytes
    kept: int


class Conversation:
    """A connection that is open.

    Args:
        venue: Who is talked to.
        front: Reads and writes what is said.
        line: Takes each request to its fate.
        session: The state of the connection.

    Attributes:
        ended: How it ended; None as long as it is open.
        last_words: The frame in which it was broken off; None if in none.
    """

    def __init__(self, venue: Venue, front: WebSocketFront, line: Line, session: Session) -> None:
        self._venue = venue
        self._front = front
        self._line = line
        self.session = session
        self._outbox: deque[Frame] = deque()
        # In the order in which they came: a set has none.
        self._in_flight: dict[Exchange, None] = {}
        self._held: list[tuple[Exchange, str]] = []
        self.ended: Ending | None = None
        self.last_words: Cut | None = None
        with venue.bell.lock:
            venue.connections.add(self)
            age = venue.connections.rules.connection_age
            if age is not None:
                until = session.since + in_nanoseconds(age)
                venue.schedule(until, lambda _venue, _now: self.end("shut down"))

    @property
    def is_open(self) -> bool:
        """Whether it has not ended."""
        return self.ended is None

    def arrive(self, frame: Frame, *, now: int) -> float:
        """Take in a frame that arrived now, in nanoseconds.

        Returns:
            How many seconds pass until its reply leaves; infinite for never.
        """
        with self._venue.bell.lock:
            self._venue.run_until(now)
            if not self.is_open:
                return math.inf
            request = read(frame)
            asked = self._front.asked(self.session, request, terminated=self._terminated)
            exchange = self._line.take(asked, lost=self._line.cuts(), now=now)
            if self._line.cuts():
                self.end("dropped")
            if self.ended is not None:
                exchange.end(self.ended)
            elif exchange.seconds == 0:
                self._answer(request, exchange, now)
            elif math.isfinite(exchange.seconds):
                self._in_flight[exchange] = None
                self._venue.schedule(
                    now + in_nanoseconds(exchange.seconds),
                    lambda _venue, due: self._answer(request, exchange, due),
                )
            else:
                exchange.end("silent")
            return exchange.seconds

    def send(self, frame: Frame) -> None:
        """Let a frame leave, unless the connection has ended."""
        with self._venue.bell.lock:
            if self.is_open:
                self._outbox.append(frame)
                self._venue.bell.ring()

    def tell(self, news: News, *, first: FirstEvent) -> None:
        """Tell those who are subscribed to the account of a list what happened to it."""
        for each in self.session:
            if each.account == news.order_list.account:
                events = news.reports(self.session.unit)
                place = len(events) if first == "reports" else 0
                events.insert(place, news.list_status(self.session.unit))
                for happened in events:
                    self.happen(happened, to=each)

    def happen(self, event: JsonObject, *, to: Subscription | None = None) -> None:
        """Tell of an event: a subscriber, or everybody."""
        with self._venue.bell.lock:
            number = None if to is None else to.number
            self._leave(envelope.event(event, subscription=number))

    def revoke(self, *, now: int) -> None:
        """Log out who is logged on, and tell of it, as it happens when a key is revoked."""
        with self._venue.bell.lock:
            if self.session.key is not None:
                self.send(envelope.reply(None, _REVOKED, limit=None, now=now))
                self._terminated(self.session.log_out(), now)

    def take(self) -> Frame | None:
        """Return the next frame that left; None if there is none yet, or none any more."""
        with self._venue.bell.lock:
            return self._outbox.popleft() if self._outbox else None

    def end(self, how: Ending) -> None:
        """End the connection, from whichever side; ending it twice is fine."""
        with self._venue.bell.lock:
            if not self.is_open:
                return
            self.ended = how
            self._venue.connections.remove(self)
            for exchange in self._in_flight:
                exchange.end(how)
            self._venue.bell.ring()

    def _answer(self, request: WebSocketRequest, exchange: Exchange, now: int) -> None:
        if not self.is_open:
            # Noted already: it was in flight when the connection ended.
            return
        self._in_flight.pop(exchange, None)
        given = exchange.answer(now=now, framed=True)
        if not isinstance(given, HttpResponse):
            self._break_off(request, given, now)
            return
        fate = exchange.fate
        named = not isinstance(fate.answer, Unnamed)
        text = self._front.reply(self.session, request, given, now=now, named=named)
        if fate.held is None:
            self._reply(text, fate.copies)
        else:
            self._hold(exchange, text, fate.held)

    def _hold(self, exchange: Exchange, text: str, held: Held) -> None:
        self._in_flight[exchange] = None
        self._held.append((exchange, text))
        if len(self._held) < held.count:
            return
        replies, self._held = self._held, []
        held.shuffle(replies)
        for answered, reply in replies:
            self._in_flight.pop(answered, None)
            self._reply(reply, answered.fate.copies)

    def _reply(self, text: str, copies: int) -> None:
        for _ in range(copies):
            self._leave(text)

    def _leave(self, frame: Frame) -> None:
        self.send(frame)
        if self.is_open and self._line.cuts():
            self.end("dropped")

    def _break_off(self, request: WebSocketRequest, broken: Broken, now: int) -> None:
        if broken.begun is not None:
            text = self._front.reply(self.session, request, broken.begun, now=now).encode()
            share = broken.kept / max(1, len(broken.begun.body))
            self.last_words = Cut(text, int(len(text) * share))
        self.end(broken.how)

    def _terminated(self, ended: Ended, now: int) -> None:
        def tell(_venue: Venue, due: int) -> None:
            for each in ended:
                written = self.session.unit.written(due)
                self.happen({"e": "eventStreamTerminated", "E": written}, to=each)

        # "Then" it is sent: after the reply.
        self._venue.schedule(now, tell)
