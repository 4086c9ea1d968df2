"""Connections by a plan."""

from collections.abc import Callable
from typing import Any

import pytest

from orderlists.extending import HttpRequest
from orderlists_simulator import Plan

OpenConnector = Callable[[Plan], Any]
QUERY = "?returnRateLimits=false"


@pytest.fixture
def connect_with_plan(open_connector: OpenConnector) -> Callable[[Plan], Any]:
    return lambda plan: open_connector(plan).connect(QUERY)


@pytest.fixture
def cancel(written: Callable[..., HttpRequest]) -> HttpRequest:
    """Return the request to cancel list 0."""
    return written(
        "DELETE",
        "/api/v3/orderList",
        symbol="LTCBTC",
        orderListId=0,
        newClientOrderId="mine",
        recvWindow=5000,
    )
