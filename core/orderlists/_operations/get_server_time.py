"""The Check Server Time operation."""

from __future__ import annotations

from typing import ClassVar

from attrs import frozen

from orderlists._models.base import Result
from orderlists._operations.base import Operation, Request, Security
from orderlists._time import Instant


@frozen(kw_only=True, slots=False)
class ServerTime(Result):
    """The exchange's clock when it replied."""

    server_time: Instant


GET_SERVER_TIME = Operation(
    name="Check Server Time",
    method="GET",
    path="/api/v3/time",
    websocket="time",
    weight=1,
    security=Security.NONE,
    result=ServerTime,
)


@frozen(kw_only=True, repr=False, slots=False)
class GetServerTime(Request[ServerTime]):
    """Query the exchange's clock.  Sent unsigned.

    Source: *Check server time*, ``GET /api/v3/time``.

    >>> GetServerTime()
    GetServerTime()
    """

    operation: ClassVar[Operation[ServerTime]] = GET_SERVER_TIME
