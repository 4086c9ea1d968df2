"""``orderlists place``: a command for each kind of list."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Annotated, Any

import typer
from typer import Option

from orderlists import InvalidRequest, PlaceOco, PlaceOpo, PlaceOpoco, PlaceOto, PlaceOtoco
from orderlists.enums import SelfTradePreventionMode, Side
from orderlists_cli._command import Symbol, command
from orderlists_cli._session import Session
from orderlists_cli._values import leg_of

app = typer.Typer(
    help="Place an order list.",
    epilog=(
        "A leg is a type and its fields, such as LIMIT_MAKER,price=3.00 or "
        "STOP_LOSS_LIMIT,stop_price=1.00,price=0.99,time_in_force=GTC."
    ),
    no_args_is_help=True,
    rich_markup_mode=None,
)

SideOption = Annotated[str, Option(help="BUY or SELL.", show_default=False)]
Quantity = Annotated[str, Option(help="An exact decimal number.", show_default=False)]
LegOption = Annotated[str, Option(help="Such as LIMIT_MAKER,price=3.00.", metavar="LEG")]
NewClientId = Annotated[
    str | None,
    Option("--client-id", help="The client id that the list gets; by default a new one."),
]
StpMode = Annotated[
    str | None, Option("--self-trade-prevention-mode", help="Such as EXPIRE_MAKER.")
]


def _value(kind: Any, name: str, text: str) -> Any:  # noqa: ANN401 - as above
    if name in kind.slots:
        return leg_of(name, text)
    return Side(text.upper()) if name.endswith("side") else text


def _places(kind: Any) -> Callable[[Callable[..., None]], object]:  # noqa: ANN401 - a class of placements
    """Register a command that places lists of a kind, with the options of a function."""

    def register(options: Callable[..., None]) -> object:
        @command(app, changes_state=True)
        @wraps(options)
        def place(
            session: Session, symbol: str, client_id: str | None, stp_mode: str | None, **own: str
        ) -> None:
            try:
                request = kind(
                    symbol=symbol,
                    list_client_order_id=client_id,
                    self_trade_prevention_mode=stp_mode and SelfTradePreventionMode(stp_mode),
                    **{name: _value(kind, name, text) for name, text in own.items()},
                )
            except InvalidRequest as error:
                # With the text that was given, and not the value that was made of it.
                given = own.get(error.field, error.value)
                raise InvalidRequest(
                    field=error.field, value=given, rule=error.rule, code=error.code
                ) from None
            session.show(session.send(request))

        return place

    return register


@_places(PlaceOco)
def oco(
    session: Session,
    symbol: Symbol,
    side: SideOption,
    quantity: Quantity,
    above: LegOption,
    below: LegOption,
    client_id: NewClientId = None,
    stp_mode: StpMode = None,
) -> None:
    """Place a pair: the execution of one expires the other."""


@_places(PlaceOto)
def oto(
    session: Session,
    symbol: Symbol,
    working_side: SideOption,
    working_quantity: Quantity,
    working: LegOption,
    pending_side: SideOption,
    pending_quantity: Quantity,
    pending: LegOption,
    client_id: NewClientId = None,
    stp_mode: StpMode = None,
) -> None:
    """Place an order that releases another when it is filled."""


@_places(PlaceOtoco)
def otoco(
    session: Session,
    symbol: Symbol,
    working_side: SideOption,
    working_quantity: Quantity,
    working: LegOption,
    pending_side: SideOption,
    pending_quantity: Quantity,
    pending_above: LegOption,
    pending_below: LegOption,
    client_id: NewClientId = None,
    stp_mode: StpMode = None,
) -> None:
    """Place an order that releases a pair when it is filled."""


@_places(PlaceOpo)
def opo(
    session: Session,
    symbol: Symbol,
    working_quantity: Quantity,
    working: LegOption,
    pending: LegOption,
    client_id: NewClientId = None,
    stp_mode: StpMode = None,
) -> None:
    """Place an order that buys, and one that sells what was bought."""


@_places(PlaceOpoco)
def opoco(
    session: Session,
    symbol: Symbol,
    working_quantity: Quantity,
    working: LegOption,
    pending_above: LegOption,
    pending_below: LegOption,
    client_id: NewClientId = None,
    stp_mode: StpMode = None,
) -> None:
    """Place an order that buys, and a pair that sells what was bought."""
