"""Inferred types.  `make check` type-checks this file; running it tests nothing."""

from typing import TYPE_CHECKING, assert_type

from orderlists import (
    CanceledOrderList,
    CancelOrderList,
    Key,
    PlacedOrderList,
    PlaceOco,
    Rest,
)
from orderlists.enums import Side
from orderlists.extending import HttpRequest, HttpResponse
from orderlists.legs import Limit, LimitMaker, StopLoss

if TYPE_CHECKING:
    from orderlists import Ed25519Key, HmacKey, RsaKey
    from orderlists.extending import HttpProtocol
    from orderlists_simulator import VenueTransport
    from orderlists_transports import (
        AsyncClient,
        AsyncHttpTransport,
        Client,
        HttpTransport,
    )
    from orderlists_transports.asyncio import AsyncioTransport
    from orderlists_transports.urllib3 import Urllib3Transport

    def every_keys(hmac: HmacKey, rsa: RsaKey, ed25519: Ed25519Key) -> list[Key]:
        return [hmac, rsa, ed25519]

    def every_transports(one: Urllib3Transport, two: VenueTransport) -> list[HttpTransport]:
        return [one, two]

    def every_async_transport(
        one: AsyncioTransport, two: VenueTransport
    ) -> list[AsyncHttpTransport]:
        return [one, two]

    def every_protocols(rest: Rest) -> list[HttpProtocol]:
        return [rest]

    def both_clients(key: Key) -> tuple[Client, AsyncClient]:
        return Client(key, timeout=12, protocol=Rest()), AsyncClient(key, timeout=12)

    def client_infers(client: Client, request: CancelOrderList, oco: PlaceOco) -> None:
        assert_type(client.send(request), CanceledOrderList)
        assert_type(client.send(oco), PlacedOrderList)

    async def the_wrong_with_is_refused(client: Client, asynchronous: AsyncClient) -> None:
        with asynchronous:  # type: ignore[attr-defined] # pyright: ignore[reportGeneralTypeIssues]
            pass
        async with client:  # type: ignore[attr-defined] # pyright: ignore[reportGeneralTypeIssues]
            pass

    def a_leg_that_does_not_belong_is_refused(limit: Limit, stop: StopLoss) -> None:
        PlaceOco(
            symbol="LTCBTC",
            side=Side.SELL,
            quantity=1,
            above=limit,  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
            below=stop,
        )

    def a_float_or_a_missing_time_in_force_is_refused() -> None:
        LimitMaker(price=3.0)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
        Limit(price=3)  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]

    async def async_client_infers(client: AsyncClient, request: CancelOrderList) -> None:
        assert_type(await client.send(request), CanceledOrderList)


def test_the_result_type_follows_from_the_request() -> None:
    def conversation(
        request: CancelOrderList, key: Key, response: HttpResponse
    ) -> CanceledOrderList:
        rest = Rest()
        assert_type(rest.encode(request, key=key, timestamp=0), HttpRequest)
        return assert_type(rest.decode(request, response), CanceledOrderList)

    assert conversation.__annotations__["return"] is CanceledOrderList
