"""Recovery of a cancel of everything open on a symbol, by scripted answers."""

from typing import ClassVar

import pytest
from attrs import frozen

from orderlists import (
    GetOpenOrderLists,
    Instant,
    OrderList,
    OutcomeUnknown,
    Policy,
    TimeUnit,
    TransportError,
)
from orderlists._operations.base import Effect
from orderlists._operations.recovery.cancel_open_orders import recover_cancel_open_orders
from orderlists.enums import ContingencyType, ListOrderStatus, ListStatusType
from orderlists.extending import Operation, Parameter, Request, Security
from scripted import START, Scripted

LOST = TransportError("reset", sent=None)


@frozen(slots=False, kw_only=True)
class CancelEverything(Request[int]):
    """A cancel of everything open on a symbol."""

    operation: ClassVar[Operation[int]] = Operation(
        name="Cancel Everything",
        method="DELETE",
        path="/api/v3/openOrders",
        websocket="openOrders.cancelAll",
        weight=1,
        security=Security.TRADE,
        effect=Effect.CANCEL,
        result=int,
        recovery=recover_cancel_open_orders,
    )

    symbol: str

    def parameters(self) -> list[Parameter]:
        return [("symbol", self.symbol)]


ALL = CancelEverything(symbol="LTCBTC")


def open_list(list_id: int, symbol: str = "LTCBTC") -> OrderList:
    return OrderList(
        order_list_id=list_id,
        contingency_type=ContingencyType.OCO,
        list_status_type=ListStatusType.EXEC_STARTED,
        list_order_status=ListOrderStatus.EXECUTING,
        transaction_time=Instant(START // 1_000_000, TimeUnit.MILLISECOND),
        symbol=symbol,
        orders=(),
    )


def test_a_lost_cancel_of_everything_is_outcome_unknown_with_the_open_lists() -> None:
    script = Scripted(LOST, LOST, (open_list(1), open_list(2, "ETHBTC"), open_list(3)))
    with pytest.raises(OutcomeUnknown) as caught:
        script.send(ALL)
    assert caught.value.open_lists == (open_list(1), open_list(3))
    assert caught.value.may_arrive_until is not None
    assert caught.value.__cause__ is LOST


def test_a_lost_cancel_of_everything_is_never_resent() -> None:
    script = Scripted(*([LOST] * 60))
    with pytest.raises(OutcomeUnknown) as caught:
        script.send(ALL, Policy(deadline=10))
    assert {type(each) for each in script.sent[1:]} == {GetOpenOrderLists}
    assert caught.value.open_lists is None
