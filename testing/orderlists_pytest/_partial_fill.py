"""A part of an order trades while a request about its list is on its way.

A list that is placed has an order to fill only once the request was executed, so a placement is
followed by the fill; any other request finds it done.
"""

from __future__ import annotations

from decimal import Decimal

from attrs import frozen

from orderlists_simulator import LogEntry, ReceivedRequest, Venue, VenueOrderList


@frozen
class PartialFill:
    """Fills a part of an order of the list of a request.

    Attributes:
        part: Of what is left of the order.
    """

    part: Decimal

    def __call__(self, venue: Venue, request: ReceivedRequest, now: int) -> None:
        """Fill it now, or as soon as the placement is executed.

        Raises:
            AssertionError: There is no such list or order; clients pass failed assertions through.
        """
        if request.effect != "place":
            self._fill(venue, _list_of(venue, request), now)
            return

        def fill_placed(entry: LogEntry) -> None:
            if entry.message is not request.message:
                return
            stop()
            for execution in entry.executions:
                if execution.order_list_id is not None:
                    placed = venue.order_list(execution.order_list_id)
                    self._fill(venue, placed, execution.at)

        stop = venue.log.listen(fill_placed)

    def _fill(self, venue: Venue, order_list: VenueOrderList, now: int) -> None:
        placed = [each for each in order_list.orders if each.is_placed]
        if not placed:
            raise AssertionError(f"partial_fill: list {order_list.order_list_id} has no open order")
        # An order that waits for a stop price is the second choice: a fill would trigger it.
        order = min(placed, key=lambda each: each.stop_price is not None)
        quantity = order.left_qty * self.part
        venue.fill(order_list.order_list_id, order.order_id, quantity=quantity, now=now)


def _list_of(venue: Venue, request: ReceivedRequest) -> VenueOrderList:
    """Return the newest list that a request names, by an id of its own or of one of its orders."""
    given = set(request.parameters)
    for each in reversed(venue.lists):
        if given & _names(each):
            return each
    raise AssertionError("partial_fill: the request names no list of the venue")


def _names(order_list: VenueOrderList) -> set[tuple[str, str]]:
    names = {
        ("orderListId", str(order_list.order_list_id)),
        ("listClientOrderId", order_list.list_client_order_id),
        ("origClientOrderId", order_list.list_client_order_id),
    }
    for each in order_list.orders:
        names |= {("orderId", str(each.order_id)), ("origClientOrderId", each.client_order_id)}
    return names
