"""Cancel two order lists on a simulated exchange: one synchronously, one asynchronously.

Everything happens on this machine.  Run it with `make demo`.
"""

import asyncio

from orderlists import AlreadyDone, CancelOrderList, HmacKey, OrderList
from orderlists_simulator import Plan, Simulator, Venue
from orderlists_simulator.faults import DROPPED, executed
from orderlists_transports import AsyncClient, Client


def show(when: str, venue: Venue, order_list_id: int) -> None:
    """Print where a list stands, by the exchange's own books."""
    found = venue.order_list(order_list_id)
    print(f"  {when:8}list {order_list_id} {found.symbol} {found.list_order_status}")
    for leg in found.orders:
        print(f"    order {leg.order_id} {leg.side} {leg.type} {leg.status}")


def cancel(url: str, key: HmacKey) -> OrderList:
    """Cancel list 0 by the id that the exchange gave it."""
    with Client(key, exchange=url) as client:
        return client.send(CancelOrderList(symbol="LTCBTC", order_list_id=0))


async def cancel_async(url: str, key: HmacKey) -> OrderList:
    """Cancel list 1 by the id that its owner gave it."""
    async with AsyncClient(key, exchange=url) as client:
        return await client.send(CancelOrderList(symbol="LTCBTC", list_client_order_id="example-1"))


def main() -> None:
    """Show both clients at work, and how a refusal reads."""
    with Simulator() as simulator:
        print(f"A simulated exchange with open OCOs listens on {simulator.url}")

        print("\nClient cancels list 0 by order_list_id:")
        show("before:", simulator.venue, 0)
        print(f"  reply:  {cancel(simulator.url, simulator.key)}")
        show("after:", simulator.venue, 0)

        print("\nAsyncClient cancels list 1 by list_client_order_id:")
        show("before:", simulator.venue, 1)
        print(f"  reply:  {asyncio.run(cancel_async(simulator.url, simulator.key))}")
        show("after:", simulator.venue, 1)

        print("\nClient cancels list 0 again:")
        try:
            cancel(simulator.url, simulator.key)
        except AlreadyDone as error:
            print(f"  refused: {error}")

    lose_a_reply()


def lose_a_reply() -> None:
    """Cancel a list whose reply is lost on purpose, and show how it is known what happened."""
    with Simulator(plan=Plan([executed(then=DROPPED)])) as simulator:
        print("\nThe reply to a cancel of list 2 is lost on purpose:")
        show("before:", simulator.venue, 2)
        with Client(simulator.key, exchange=simulator.url) as client:
            canceled = client.send(CancelOrderList(symbol="LTCBTC", order_list_id=2))
        print(f"  settled by a {canceled.evidence.value}: {canceled}")
        books = simulator.venue.order_list(2).canceled_by
        (proof,) = {report.client_order_id for report in canceled.order_reports}
        print(f"  both orders carry its id, by the venue's books as well: {proof == books}")
        for number, entry in enumerate(simulator.venue.log.entries, 1):
            print(f"  {number}. {entry.method} {entry.path}: {entry.answered}")


if __name__ == "__main__":
    main()
