"""What a message always has, and JSON only where it means something.

The exchange's JSON leaves such a field out of an ordinary order, so a result has None for it
(*Conditional fields in Order Responses*).  A message has a number in its place:

- ``usedSor`` False: JSON says it only where smart order routing was used.
- ``workingFloor``: only together with ``usedSor``.
- ``preventedQuantity`` and ``preventedQty`` 0: only where self-trade prevention expired a part.
- ``matchType``: only together with ``allocId``.
- ``orderCapacity`` PRINCIPAL: JSON does not have the field; another value is in `unknown_fields`.
- ``listClientOrderId`` empty: JSON has null, where the list ended within its placement.
- ``subscriptionId`` of an event: JSON has it outside of the event.
"""

from __future__ import annotations

from typing import Final

NUMBERS: Final = {
    "usedSor": 0,
    "preventedQuantity": 0,
    "preventedQty": 0,
    "orderCapacity": 1,
}
"""Numbers that stand for a field that JSON does not have, by the name of the field."""

COMPANIONS: Final = {"workingFloor": "usedSor", "matchType": "allocId"}
"""Fields that JSON has only together with another one."""

EMPTY_IS_NULL: Final = frozenset({"listClientOrderId"})
"""Texts for whose null the schema has no place, by the name in JSON: an event has no null there."""

OUTSIDE: Final = frozenset({"subscriptionId"})
"""Fields of an event that JSON has outside of it."""
