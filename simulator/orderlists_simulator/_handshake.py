"""How a WebSocket connection comes about: what it is asked for with, and how many there may be.

Source: "General API Information" and "IP limits" of the WebSocket API.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from orderlists import HandshakeRefused
from orderlists_simulator._desk import NotServed, error
from orderlists_simulator._parameters import BOOLEAN, WORD, Parameters
from orderlists_simulator._refused import Refused
from orderlists_simulator._session import Session
from orderlists_simulator._timing import TimeUnit

if TYPE_CHECKING:
    from orderlists_simulator._desk import Desk
    from orderlists_simulator._venue import Venue

WEBSOCKET_PATH = "/ws-api/v3"

_WEIGHT = 2


class Handshake:
    """Opens connections to a venue, as long as there are not too many.

    Args:
        venue: Whose request weight a connection costs.
        desk: Says no.
    """

    def __init__(self, venue: Venue, desk: Desk) -> None:
        self._venue = venue
        self._desk = desk

    def open(self, target: str, *, now: int) -> Session:
        """Return the state of a new connection.

        Raises:
            HandshakeRefused: There is none.
        """
        try:
            with self._venue.bell.lock:
                return self._admit(target, now)
        except Refused as refused:
            response = self._desk.refusal(refused, error(refused), now=now).response
            raise HandshakeRefused(response) from refused

    def _admit(self, target: str, now: int) -> Session:
        path, _, query = target.partition("?")
        self._venue.run_until(now)
        if path != WEBSOCKET_PATH:
            raise NotServed
        self._venue.connections.admit(now=now)
        self._venue.weight.admit(_WEIGHT, now=now)
        return _session(query, now)


def _session(query: str, now: int) -> Session:
    options = Parameters(parse_qsl(query, keep_blank_values=True))
    shown = options.optional("returnRateLimits", BOOLEAN)
    unit = TimeUnit.named(options.optional("timeUnit", WORD))
    wanted = options.optional("responseFormat", WORD)
    options.refuse_unread()
    if wanted not in {None, "json"}:
        raise Refused(-1155, "SBE is not enabled.")
    return Session(since=now, unit=unit, returns_rate_limits=shown is not False)
