"""What both ways over frames have: a session, the time, and how an answer is read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import define

from orderlists import (
    Banned,
    Gap,
    GapReason,
    HandshakeRefused,
    OrderListsError,
    RateLimited,
    Rejected,
    TransportError,
    Unauthorized,
)
from orderlists._connections.connection import Link, Pending
from orderlists._connections.event_queue import EventQueue
from orderlists._connections.manager import Session
from orderlists.extending import Request
from orderlists_transports._dialogue import told
from orderlists_transports._telling import why_unsent

if TYPE_CHECKING:
    from orderlists.extending import FramedProtocol
    from orderlists_transports._dialogue import Dialogue

SECOND = 1_000_000_000
# A watcher looks up from time to time, to see whether it is time for another connection.
GLANCE = 60 * SECOND
# As long as it takes: thirty years, in seconds.
FOREVER = 10**9
_SHORTEST_PAUSE = SECOND // 10
# A union made anew for every reply would cost more than the look.
_ERRORS = (OrderListsError, AssertionError)

FAILED = "whoever reads failed"
ENDED = "this client was closed"
NOBODY_READS = "this connection is not read any more"
NO_REPLY = "no reply came in time"
NOT_IN_TIME = "no connection came about in time"
BROKE = "the connection broke when another frame was to be sent"
NOT_CONNECTED = "the connection ended before the request was sent"


@define(eq=False)
class Switchboard:
    """The state that a channel over frames has, of either colour."""

    dialogue: Dialogue
    protocol: FramedProtocol
    session: Session

    @classmethod
    def of(cls, dialogue: Dialogue, protocol: FramedProtocol) -> Switchboard:
        """Return a new one, without a connection."""
        session = protocol.session(key=dialogue.key, clock=dialogue.clock)
        return cls(dialogue, protocol, session)

    def monotonic(self) -> int:
        """Return what the monotonic clock shows, in nanoseconds."""
        return self.dialogue.clocks.monotonic()

    def refused(self, error: HandshakeRefused) -> OrderListsError:
        """Return what a server said that would not open a connection, and take its word."""
        refusal = self.protocol.refusal(error.response)
        if isinstance(refusal, RateLimited | Banned):
            self.dialogue.hold(refusal)
        return refusal if isinstance(refusal, Rejected) else error

    def read(self, link: Link, request: Request[Any], pending: Pending) -> object:
        """Return what came back for a request: a result, or an error."""
        answer = pending.outcome
        if answer is None:
            return TransportError(NO_REPLY, sent=None)
        if isinstance(answer, _ERRORS):
            return answer
        try:
            self.dialogue.take_down(self.protocol.usages(answer))
            return self.protocol.decode(request, answer)
        except (RateLimited, Banned) as error:
            self.dialogue.hold(error)
            return error
        except Unauthorized as error:
            if link.is_logged_on:
                # The exchange knows no more who asks on it: the next connection logs on again.
                self.session.retire(link)
            return error
        except BaseException as error:  # noqa: BLE001 - thrown into the call, which lets it pass
            return told(error)

    def broken(self, link: Link, error: BaseException) -> None:
        """Note that a connection is over.

        Raises:
            BaseException: What came was an interrupt, which ends no connection; or a failed
                assertion, and nobody waits who could be told.
        """
        self.session.lost(link, self._known(link, error), self.monotonic())

    def unsent(self, link: Link, error: BaseException, pending: Pending | None = None) -> None:
        """Note that a frame could not be sent, and the connection is over.

        The request in that frame is told just this, all others only why: their frames were sent.

        Raises:
            BaseException: As in `broken`.
        """
        known = self._known(link, error)
        if pending is not None and link.pending.pop(pending.id, None) is not None:
            pending.outcome = known
        others = TransportError(f"{BROKE}: {why_unsent(known)}", sent=None)
        self.session.lost(link, others, self.monotonic())

    def _known(self, link: Link, error: BaseException) -> OrderListsError:
        known = told(error)
        if not isinstance(error, Exception):
            raise error
        if isinstance(known, OrderListsError):
            return known
        # A failed assertion goes to whoever waits: where a task of its own reads, nobody else can.
        over, waiting = TransportError(FAILED, sent=None), list(link.pending.values())
        link.pending.clear()
        for pending in waiting:
            pending.finish(known)
        if not waiting:
            self.session.lost(link, over, self.monotonic())
            raise known
        return over

    def has_flow(self) -> bool:
        """Tell whether events come just now."""
        link = self.session.trusted(self.monotonic())
        return link is not None and link.subscription is not None

    def has_news(self, feed: EventQueue, link: Link) -> bool:
        """Tell whether a watcher who waits on this connection has to look up."""
        moved = self.session.current is not link or link.subscription is None
        return len(feed) > 0 or feed.is_closed or moved

    def patience(self, until: int) -> float:
        """Return how many seconds to wait before a connection is tried again."""
        now = self.monotonic()
        pause = max(self.session.pacing.pause(now), _SHORTEST_PAUSE)
        return max(0, min(pause, until - now)) / SECOND

    def end(self) -> list[Link]:
        """Let everything end, and return the connections to close."""
        session = self.session
        links = session.links()
        for link in links:
            link.subscription = None
            session.lost(link, TransportError(ENDED, sent=None), self.monotonic(), by_us=True)
        for feed in list(session.news.feeds):
            session.unwatch(feed)
        return links

    def desert(self) -> None:
        """Leave all connections to whoever made them, and start anew."""
        feeds = self.session.news.feeds
        flowed = any(link.subscription is not None for link in self.session.links())
        self.session = self.protocol.session(key=self.dialogue.key, clock=self.dialogue.clock)
        self.session.news.feeds = feeds
        for feed in feeds if flowed else ():
            feed.put(Gap(reason=GapReason.CONNECTION))
