"""``orderlists cancel``."""

from orderlists import CancelOrderList
from orderlists_cli._command import CancelId, ClientId, Id, Symbol
from orderlists_cli._session import Session
from orderlists_cli._values import id_of


def cancel(
    session: Session,
    symbol: Symbol,
    order_list_id: Id = None,
    client_id: ClientId = None,
    cancel_id: CancelId = None,
) -> None:
    """Cancel an order list, with all of its orders."""
    request = CancelOrderList(
        symbol=symbol,
        order_list_id=id_of(order_list_id, client_id),
        list_client_order_id=client_id,
        new_client_order_id=cancel_id,
    )
    session.show(session.send(request))
