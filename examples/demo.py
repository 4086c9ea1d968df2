"""Cancel order lists on a simulated exchange: sync and async, and watched over WebSocket.

Everything happens on this machine.  Run it with `make demo`.
"""

import asyncio
from threading import Thread

from orderlists import AlreadyDone, CancelOrderList, HmacKey, ListStatus, OrderList, WebSocketApi
from orderlists_simulator import Plan, Simulator, Venue
from orderlists_simulator.faults import DROPPED, executed
from orderlists_transports import AsyncClient, Client, EventStream


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
    """Show the clients at work, and how a refusal reads."""
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

        watch(simulator)
    lose_a_reply()


def watch(simulator: Simulator) -> None:
    """Let one client print the events of a list while another cancels it."""
    print("\nA watcher over WebSocket, while the other client cancels list 3 over REST:")
    watcher = Client(simulator.key, exchange=simulator.url, protocol=WebSocketApi())
    with watcher, watcher.events() as events:
        watching = Thread(target=print_until_done, args=(events,))
        watching.start()
        with Client(simulator.key, exchange=simulator.url) as client:
            client.send(CancelOrderList(symbol="LTCBTC", order_list_id=3))
        watching.join()


def print_until_done(events: EventStream) -> None:
    """Print what happens, until a list is over."""
    for event in events:
        print(f"  {event}")
        if isinstance(event, ListStatus) and event.list_order_status == "ALL_DONE":
            break


def lose_a_reply() -> None:
    """Cancel a list whose reply is lost on purpose, and show how it is known what happened."""
    with Simulator(plan=Plan([executed(answer=DROPPED)])) as simulator:
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
