"""``orderlists show``."""

from orderlists import GetOrder, GetOrderList
from orderlists_cli import _tables
from orderlists_cli._command import ClientId, Id
from orderlists_cli._session import Session
from orderlists_cli._values import id_of


def show(session: Session, order_list_id: Id = None, client_id: ClientId = None) -> None:
    """Show an order list, open or finished, and its orders."""
    request = GetOrderList(
        order_list_id=id_of(order_list_id, client_id), list_client_order_id=client_id
    )
    found = session.send(request)
    orders = [
        session.send(GetOrder(symbol=each.symbol, order_id=each.order_id)) for each in found.orders
    ]
    records = (each.to_dict() for each in (found, *orders))
    session.output.table(records, lambda: _tables.one_list(found, orders))
