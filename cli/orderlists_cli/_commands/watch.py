"""``orderlists watch``."""

from __future__ import annotations

from typing import Annotated

from typer import Option

from orderlists import Gap, GetOpenOrderLists, GetOrder, InvalidSetting, OrderList, OrderReport
from orderlists_cli._environment import Protocol
from orderlists_cli._open_lists import OpenLists
from orderlists_cli._session import Session
from orderlists_cli._views import view_of


def watch(
    session: Session,
    until_none: Annotated[bool, Option("--until-none", help="End when no list is open.")] = False,
) -> None:
    """Watch the open order lists, until Ctrl-C.  Over WebSocket only."""
    protocol = session.settings.protocol
    if protocol is not Protocol.WEBSOCKET:
        rule = "must be websocket, which alone has events"
        raise InvalidSetting(field="protocol", value=protocol.value, rule=rule)
    session.prepare(GetOpenOrderLists(), then="Then the events of the account are subscribed to.")
    lists = OpenLists()
    with session.client().events() as events, view_of(session.output) as view:
        view.read(_read(session, lists), lists)
        while lists or not until_none:
            event = next(events)
            if not isinstance(event, Gap):
                lists.apply(event)
            view.change(event, lists)
            if isinstance(event, Gap):
                view.read(_read(session, lists), lists)


def _read(session: Session, lists: OpenLists) -> list[OrderList | OrderReport]:
    """Read the open lists and their orders, and return them."""
    client = session.client()
    found = client.send(GetOpenOrderLists())
    reports = [
        client.send(GetOrder(symbol=order.symbol, order_id=order.order_id))
        for each in found
        for order in each.orders
    ]
    lists.read(found, reports)
    return [*found, *reports]
