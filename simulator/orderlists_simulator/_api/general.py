"""The general endpoints: connectivity and server time."""

from __future__ import annotations

from orderlists_simulator._api.endpoint import Call, Served
from orderlists_simulator._api.responses import Json


@Served(rest=("GET", "/api/v3/ping"), websocket="ping", security="NONE", weight=1)
def _ping(_call: Call) -> Json:
    return {}


@Served(rest=("GET", "/api/v3/time"), websocket="time", security="NONE", weight=1)
def _time(call: Call) -> Json:
    return {"serverTime": call.unit.convert(call.now)}
