"""``orderlists cancel-order``."""

from typing import Annotated

from typer import Option

from orderlists import CancelOrder
from orderlists.enums import CancelRestrictions
from orderlists_cli._command import CancelId, ClientId, Id, Symbol
from orderlists_cli._session import Session
from orderlists_cli._values import id_of


def cancel_order(
    session: Session,
    symbol: Symbol,
    order_id: Id = None,
    client_id: ClientId = None,
    cancel_id: CancelId = None,
    restrictions: Annotated[
        str | None, Option(help="ONLY_NEW or ONLY_PARTIALLY_FILLED orders.")
    ] = None,
) -> None:
    """Cancel an order, and with it the list that it belongs to."""
    request = CancelOrder(
        symbol=symbol,
        order_id=id_of(order_id, client_id),
        client_order_id=client_id,
        new_client_order_id=cancel_id,
        cancel_restrictions=None if restrictions is None else CancelRestrictions(restrictions),
    )
    session.show(session.send(request))
