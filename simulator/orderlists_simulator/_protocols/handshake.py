"""The handshake of a WebSocket connection: its options, and the limit of connections.

Source: "General API Information" and "IP limits" of the WebSocket API.
"""

from __future__ import annotations

from urllib.parse import parse_qsl

from orderlists import HandshakeRefused
from orderlists_simulator._api.dispatcher import Dispatcher
from orderlists_simulator._api.parameters import BOOLEAN, FORMAT, TEXT, SentParameters, optional
from orderlists_simulator._engine.errors import ApiError, not_supported
from orderlists_simulator._engine.session import Session
from orderlists_simulator._engine.time import TimeUnit
from orderlists_simulator._engine.venue import Venue
from orderlists_simulator._protocols.sbe import format_of_connection
from orderlists_simulator._sbe.settings import SbeSettings

WEBSOCKET_PATH = "/ws-api/v3"

RETURN_RATE_LIMITS = optional("returnRateLimits", BOOLEAN)
_TIME_UNIT = optional("timeUnit", TEXT)
_RESPONSE_FORMAT = optional("responseFormat", FORMAT)
_SBE_SCHEMA_ID = optional("sbeSchemaId", TEXT)
_SBE_SCHEMA_VERSION = optional("sbeSchemaVersion", TEXT)
_OPTIONS = 5
_WEIGHT = 2
_NOT_FOUND = 404


def open_session(venue: Venue, dispatcher: Dispatcher, target: str, *, now: int) -> Session:
    """Return the session of a new connection.

    Args:
        venue: Its limits are charged.
        dispatcher: Makes the response of a refusal.
        target: The path and the query.
        now: In nanoseconds.

    Raises:
        HandshakeRefused: An option is not allowed, or a limit is exceeded.
    """
    path, _, query = target.partition("?")
    try:
        with venue.notifier.lock:
            venue.run_until(now)
            if path != WEBSOCKET_PATH:
                raise not_supported(status=_NOT_FOUND)
            venue.connections.limit.count(now=now)
            venue.request_weight.charge(_WEIGHT, now=now)
            return _session(query, venue.behaviour.sbe, now)
    except ApiError as error:
        response = dispatcher.error(error, error.body, now=now).response
        raise HandshakeRefused(response) from error


def _session(query: str, settings: SbeSettings, now: int) -> Session:
    options = SentParameters(parse_qsl(query, keep_blank_values=True))
    returned = options.read(RETURN_RATE_LIMITS)
    unit, sbe = TimeUnit.parse(options.read(_TIME_UNIT)), None
    if options.read(_RESPONSE_FORMAT) == "sbe":
        schema = options.read(_SBE_SCHEMA_ID), options.read(_SBE_SCHEMA_VERSION)
        sbe = format_of_connection(*schema, settings)
    options.refuse_unread(most=_OPTIONS)
    return Session(since=now, unit=unit, returns_rate_limits=returned is not False, sbe=sbe)
