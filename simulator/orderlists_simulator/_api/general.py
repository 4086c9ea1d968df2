"""The general endpoints: connectivity and server time."""

from __future__ import annotations

from orderlists_simulator._api.endpoint import Call, Endpoint
from orderlists_simulator._api.responses import Json


def _ping(_call: Call) -> Json:
    return {}


def _time(call: Call) -> Json:
    return {"serverTime": call.unit.convert(call.now)}


PING = Endpoint(
    rest=("GET", "/api/v3/ping"), websocket="ping", security="NONE", weight=1, handler=_ping
)
GET_TIME = Endpoint(
    rest=("GET", "/api/v3/time"), websocket="time", security="NONE", weight=1, handler=_time
)
