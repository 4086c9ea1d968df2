"""`VenueTransport` fulfils the contract of each kind of transport."""

from orderlists_simulator import Venue, VenueConnection, VenueTransport
from orderlists_transports import (
    AsyncFramedTransport,
    AsyncHttpTransport,
    FramedTransport,
    HttpTransport,
)


def connect(transport: FramedTransport) -> object:
    return transport.connect("/ws-api/v3", timeout=1.0)


def as_any(
    *, http: HttpTransport, async_http: AsyncHttpTransport, async_framed: AsyncFramedTransport
) -> set[int]:
    return {id(http), id(async_http), id(async_framed)}


def test_venue_transport_fulfils_every_transport_contract() -> None:
    # The type checkers check the rest.
    one = VenueTransport(Venue())

    assert isinstance(connect(one), VenueConnection)
    assert as_any(http=one, async_http=one, async_framed=one) == {id(one)}
