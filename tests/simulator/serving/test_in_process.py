import asyncio
from math import inf

import pytest

from orderlists import TransportError
from orderlists.extending import HttpRequest
from orderlists_simulator import RealClock, Venue, VenueTransport, VirtualClock

UNKEYED = HttpRequest("DELETE", "/api/v3/orderList", ())


def test_send_and_asend_return_the_same_response() -> None:
    transport = VenueTransport(Venue(), clock=RealClock(lambda: 0))

    first = transport.send(UNKEYED, timeout=1.0)
    second = asyncio.run(transport.asend(UNKEYED, timeout=1.0))

    assert (first.status, first.body) == (second.status, second.body)


@pytest.mark.parametrize("asynchronous", [False, True])
def test_a_closed_transport_sends_nothing(asynchronous: bool) -> None:  # noqa: FBT001 - given by pytest
    transport = VenueTransport(Venue())
    if asynchronous:
        asyncio.run(transport.aclose())
    transport.close()

    with pytest.raises(TransportError, match="closed") as error:
        transport.send(UNKEYED, timeout=1.0)

    assert error.value.sent is False


@pytest.mark.parametrize("target", ["", "api", "/a b", "/a\r\nb: c", "/\N{SNOWMAN}", "/\ud800"])
def test_a_target_that_is_not_in_origin_form_is_refused(target: str) -> None:
    with pytest.raises(TransportError, match="origin form") as error:
        VenueTransport(Venue()).send(HttpRequest("DELETE", target, ()), timeout=1.0)

    assert error.value.sent is False
    assert target == "" or target not in str(error.value)


def test_an_infinite_wait_for_nothing_in_virtual_time_is_an_error() -> None:
    with pytest.raises(TransportError, match="nothing will ever come"):
        VenueTransport(Venue(), clock=VirtualClock()).wait(inf)
