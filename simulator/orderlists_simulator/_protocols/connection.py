"""The server side of one WebSocket connection: frames in, frames out, and its end.

It knows no socket and no clock.  A server or a transport passes the frames that arrive, runs the
venue as time passes, and takes the frames to send.

Invariant: after the end only frames leave that had been sent before, and every request that was
still unanswered is logged with the way in which the connection ended.
"""

from __future__ import annotations

import math
from collections import deque

from attrs import frozen

from orderlists.extending import Frame
from orderlists_simulator._api.events import account_position, execution_reports, list_statuses
from orderlists_simulator._api.responses import JsonObject
from orderlists_simulator._engine.behaviour import FirstEvent
from orderlists_simulator._engine.changes import ListUpdate
from orderlists_simulator._engine.log import ConnectionEnd
from orderlists_simulator._engine.session import Session, Subscription
from orderlists_simulator._engine.time import in_nanoseconds
from orderlists_simulator._engine.venue import Venue
from orderlists_simulator._faults.fault import Held
from orderlists_simulator._faults.injector import FaultInjector, PendingAnswer
from orderlists_simulator._faults.responses import BrokenConnection
from orderlists_simulator._protocols.websocket import WebSocketServerProtocol
from orderlists_simulator._protocols.websocket_request import WebSocketRequest, parse


@frozen
class PartialFrame:
    """A frame that is sent in part.

    Attributes:
        whole: All of it.
        share: The part of its bytes that is sent.
    """

    whole: Frame
    share: float


class ServerConnection:
    """An open connection.

    Args:
        venue: The venue.
        protocol: Executes requests, and writes replies.
        injector: Takes requests to the venue.
        session: The session of the connection.

    Attributes:
        ended: How it ended; None while it is open.
        partial_frame: The frame in which it broke; None for none.
    """

    def __init__(
        self,
        venue: Venue,
        protocol: WebSocketServerProtocol,
        injector: FaultInjector,
        session: Session,
    ) -> None:
        self._venue = venue
        self._protocol = protocol
        self._injector = injector
        self.session = session
        session.on_terminated = self._subscriptions_terminated
        self._outgoing: deque[Frame] = deque()
        # A dict and not a set: it keeps the order of arrival.
        self._in_flight: dict[PendingAnswer, None] = {}
        self._held: list[tuple[PendingAnswer, Frame]] = []
        self.ended: ConnectionEnd | None = None
        self.partial_frame: PartialFrame | None = None
        with venue.notifier.lock:
            venue.connections.add(self)
            age = venue.behaviour.connection_age
            if age is not None:
                until = session.since + in_nanoseconds(age)
                venue.schedule(until, lambda _venue, _now: self.close("shut down"))

    @property
    def is_open(self) -> bool:
        """Whether it has not ended."""
        return self.ended is None

    def receive_frame(self, frame: Frame, *, now: int) -> float:
        """Process a frame that arrives now, in nanoseconds.

        Returns:
            The seconds until its reply is sent; infinite for no reply.
        """
        with self._venue.notifier.lock:
            self._venue.run_until(now)
            if not self.is_open:
                return math.inf
            request = parse(frame)
            pending = self._injector.receive(
                self._protocol.describe(request, frame),
                lambda at: self._protocol.execute(self.session, request, now=at),
                lost=self._injector.cuts(),
                now=now,
            )
            if self._injector.cuts():
                self.close("dropped")
            if self.ended is not None:
                pending.end(self.ended)
            elif pending.seconds == 0:
                self._answer(request, pending, now)
            elif math.isfinite(pending.seconds):
                self._in_flight[pending] = None
                self._venue.schedule(
                    now + in_nanoseconds(pending.seconds),
                    lambda _venue, due: self._answer(request, pending, due),
                )
            else:
                pending.end("silent")
            return pending.seconds

    def send(self, frame: Frame) -> None:
        """Send a frame, unless the connection has ended."""
        with self._venue.notifier.lock:
            if self.is_open:
                self._outgoing.append(frame)
                self._venue.notifier.notify()

    def publish(self, update: ListUpdate, *, first: FirstEvent) -> None:
        """Send the events of an update to the subscriptions of its account."""
        for each in self.session:
            if each.account == update.order_list.account:
                events = execution_reports(update, self.session.unit)
                place = len(events) if first == "reports" else 0
                events[place:place] = list_statuses(update, self.session.unit)
                if update.position:
                    events.append(account_position(update, self.session.unit))
                for event in events:
                    self.send_event(event, to=each)

    def send_event(self, event: JsonObject, *, to: Subscription | None = None) -> None:
        """Send an event to a subscription; None for one that belongs to none."""
        with self._venue.notifier.lock:
            self._send_or_break(self._protocol.event(self.session, event, to))

    def revoke(self, *, now: int) -> None:
        """Log out and notify the client, as if the key had been revoked."""
        with self._venue.notifier.lock:
            if self.session.key is not None:
                self.send(self._protocol.revocation(self.session, now=now))
                self.session.log_out(now=now)

    def next_frame(self) -> Frame | None:
        """Remove and return the next frame that was sent; None if there is none."""
        with self._venue.notifier.lock:
            return self._outgoing.popleft() if self._outgoing else None

    def close(self, how: ConnectionEnd) -> None:
        """End the connection, from either side; without effect if it has ended."""
        with self._venue.notifier.lock:
            if not self.is_open:
                return
            self.ended = how
            self._venue.connections.remove(self)
            for pending in self._in_flight:
                pending.end(how)
            self._venue.notifier.notify()

    def _answer(self, request: WebSocketRequest, pending: PendingAnswer, now: int) -> None:
        if not self.is_open:
            # It was in flight when the connection ended, and logged then.
            return
        self._in_flight.pop(pending, None)
        given = pending.answer(now=now)
        if isinstance(given, BrokenConnection):
            self._break(request, given, now)
            return
        fault = pending.fault
        frame = self._protocol.reply(self.session, request, given, now=now, answer=fault.answer)
        if fault.held is None:
            self._reply(frame, fault.copies)
        else:
            self._hold(pending, frame, fault.held)

    def _hold(self, pending: PendingAnswer, frame: Frame, held: Held) -> None:
        self._in_flight[pending] = None
        self._held.append((pending, frame))
        if len(self._held) < held.count:
            return
        replies, self._held = self._held, []
        held.shuffle(replies)
        for answered, reply in replies:
            self._in_flight.pop(answered, None)
            self._reply(reply, answered.fault.copies)

    def _reply(self, frame: Frame, copies: int) -> None:
        for _ in range(copies):
            self._send_or_break(frame)

    def _send_or_break(self, frame: Frame) -> None:
        self.send(frame)
        if self.is_open and self._injector.cuts():
            self.close("dropped")

    def _break(self, request: WebSocketRequest, broken: BrokenConnection, now: int) -> None:
        if broken.partial is not None:
            whole = self._protocol.reply(self.session, request, broken.partial, now=now)
            share = broken.kept / max(1, len(broken.partial.body))
            self.partial_frame = PartialFrame(whole, share)
        self.close(broken.how)

    def _subscriptions_terminated(self, ended: tuple[Subscription, ...], now: int) -> None:
        def notify(_venue: Venue, due: int) -> None:
            for each in ended:
                at = self.session.unit.convert(due)
                self.send_event({"e": "eventStreamTerminated", "E": at}, to=each)

        # "Then" it is sent: after the reply.
        self._venue.schedule(now, notify)
