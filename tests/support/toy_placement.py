"""A placement of a list with two legs, as its recovery needs it."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any, ClassVar

from attrs import field, frozen

from orderlists import Evidence, OrderList, RejectedOrderList
from orderlists._operations.base import Effect
from orderlists._operations.recovery.place import recover_placement
from orderlists.enums import ListOrderStatus
from orderlists.extending import Operation, Request, Security


@frozen(slots=False, kw_only=True)
class Place(Request[tuple[OrderList, Evidence]]):
    """A placement of a list with two legs."""

    operation: ClassVar[Operation[Any]] = Operation(
        name="Place",
        method="POST",
        path="/api/v3/orderList/oco",
        websocket="orderList.place.oco",
        weight=1,
        security=Security.TRADE,
        effect=Effect.PLACE,
        result=OrderList,
        recovery=recover_placement,
    )

    symbol: str = "LTCBTC"
    list_client_order_id: str | None = None
    above: str | None = None
    below: str | None = None
    generated_ids: frozenset[str] = field(default=frozenset(), converter=frozenset)
    recv_window: Decimal | None = None

    @property
    def client_order_ids(self) -> tuple[str | None, ...]:
        return self.above, self.below

    @property
    def all_ids_are_fresh(self) -> bool:
        return (self.list_client_order_id, self.above, self.below) == (None, None, None)

    def fresh_ids(self, new_id: Callable[[], str]) -> dict[str, object]:
        del new_id
        ids = {"list_client_order_id": "list", "above": "above", "below": "below"}
        missing = {name: new for name, new in ids.items() if getattr(self, name) is None}
        if not missing:
            return {}
        return {**missing, "generated_ids": self.generated_ids | set(missing.values())}

    def mismatch(self, result: Any) -> str | None:
        if result.list_order_status is ListOrderStatus.REJECT:
            raise RejectedOrderList(result)
        return None

    def placed(self, order_list: OrderList, evidence: Evidence) -> tuple[OrderList, Evidence]:
        return order_list, evidence
