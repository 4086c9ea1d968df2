"""Place, watch and cancel order lists on a simulated exchange: sync, async, over both protocols.

Everything runs on this machine.  Run it with `make demo`.
"""

import asyncio
import time
from threading import Thread

from orderlists import (
    AlreadyDone,
    CancelOrderList,
    ExecutionReport,
    GetOrderList,
    HmacKey,
    Json,
    ListStatus,
    OrderList,
    PlaceOtoco,
    Rest,
    Sbe,
    TimeUnit,
    WebSocketApi,
)
from orderlists.enums import Side, TimeInForce
from orderlists.legs import Limit, LimitMaker, StopLoss
from orderlists_simulator import Plan, Simulator, Venue
from orderlists_simulator.faults import DROPPED, executed
from orderlists_transports import AsyncClient, Client, EventStream


def show(when: str, venue: Venue, order_list_id: int) -> None:
    """Print the state of a list on the simulated exchange."""
    found = venue.order_list(order_list_id)
    print(f"  {when:8}list {order_list_id} {found.symbol} {found.list_order_status}")
    for leg in found.orders:
        print(f"    order {leg.order_id} {leg.side} {leg.type} {leg.status}")


def cancel(url: str, key: HmacKey) -> OrderList:
    """Cancel list 0 by the exchange's id."""
    with Client(key, exchange=url) as client:
        return client.send(CancelOrderList(symbol="LTCBTC", order_list_id=0))


async def cancel_async(url: str, key: HmacKey) -> OrderList:
    """Cancel list 1 by its client id."""
    async with AsyncClient(key, exchange=url) as client:
        return await client.send(CancelOrderList(symbol="LTCBTC", list_client_order_id="example-1"))


def main() -> None:
    """Run both clients, and show a refused cancel."""
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
        live(simulator)
        compare_formats(simulator)
    lose_a_reply()


def watch(simulator: Simulator) -> None:
    """Print the events of a list with one client while another cancels it."""
    print("\nEvents over WebSocket, while another client cancels list 3 over REST:")
    subscriber = Client(simulator.key, exchange=simulator.url, protocol=WebSocketApi())
    with subscriber, subscriber.events() as events:
        reader = Thread(target=print_until_done, args=(events,))
        reader.start()
        with Client(simulator.key, exchange=simulator.url) as client:
            client.send(CancelOrderList(symbol="LTCBTC", order_list_id=3))
        reader.join()


def live(simulator: Simulator) -> None:
    """Place an OTOCO, move the price until its pair is released, and cancel everything."""
    print("\nThe life of an OTOCO, placed over REST, with its events over WebSocket:")
    subscriber = Client(simulator.key, exchange=simulator.url, protocol=WebSocketApi())
    with subscriber, Client(simulator.key, exchange=simulator.url) as client:
        with subscriber.events() as events:
            placed = client.send(
                PlaceOtoco(
                    symbol="LTCBTC",
                    working_side=Side.BUY,
                    working_quantity="5",
                    working=Limit(price="1.90", time_in_force=TimeInForce.GTC),
                    pending_side=Side.SELL,
                    pending_quantity="5",
                    pending_above=LimitMaker(price="3.00"),
                    pending_below=StopLoss(stop_price="1.00"),
                )
            )
            print(f"  placed: {placed}")
            simulator.venue.set_price("LTCBTC", "1.85", now=time.time_ns())
            print("  the price falls to 1.85:")
            print_until_released(events, placed)
        print("  cancel all open lists of the symbol, with a verdict for each:")
        report = client.cancel_all("LTCBTC")
        for order_list_id in sorted(report.verdicts):
            print(f"    {report.verdicts[order_list_id]}")
        print(f"  {report}")


def compare_formats(simulator: Simulator) -> None:
    """Ask for list 5 in both formats, and show that the results are equal."""
    print("\nThe reply to one query, in JSON and in SBE:")
    found: list[OrderList] = []
    for format_ in (Json(), Sbe()):
        protocol = Rest(format=format_, time_unit=TimeUnit.MICROSECOND)
        with Client(simulator.key, exchange=simulator.url, protocol=protocol) as client:
            found.append(client.send(GetOrderList(order_list_id=5)))
        size = len(found[-1].reply.body) if found[-1].reply else 0
        print(f"  {size} bytes: {found[-1]}")
    print(f"  equal: {found[0] == found[1]}")


def print_until_released(events: EventStream, placed: OrderList) -> None:
    """Print the reports on the orders of a list until none of them is pending."""
    orders = {order.order_id for order in placed.orders}
    pending = {each.order_id for each in placed.order_reports if each.status == "PENDING_NEW"}
    for event in events:
        if isinstance(event, ExecutionReport) and event.order_id in orders:
            print(f"  {event}")
            if event.status == "NEW":
                pending.discard(event.order_id)
        if not pending:
            break


def print_until_done(events: EventStream) -> None:
    """Print events until a list is over."""
    for event in events:
        print(f"  {event}")
        if isinstance(event, ListStatus) and event.list_order_status == "ALL_DONE":
            break


def lose_a_reply() -> None:
    """Cancel a list whose reply is lost on purpose, and show how the outcome is reconciled."""
    with Simulator(plan=Plan([executed(answer=DROPPED)])) as simulator:
        print("\nThe reply to a cancel of list 2 is lost on purpose:")
        show("before:", simulator.venue, 2)
        with Client(simulator.key, exchange=simulator.url) as client:
            canceled = client.send(CancelOrderList(symbol="LTCBTC", order_list_id=2))
        print(f"  reconciled by a {canceled.evidence.value}: {canceled}")
        canceled_by = simulator.venue.order_list(2).canceled_by
        (proof,) = {report.client_order_id for report in canceled.order_reports}
        is_proven = proof == canceled_by
        print(f"  both orders carry the id of this cancel, also on the exchange: {is_proven}")
        for number, entry in enumerate(simulator.venue.log.entries, 1):
            print(f"  {number}. {entry.method} {entry.path}: {entry.answered}")


if __name__ == "__main__":
    main()
