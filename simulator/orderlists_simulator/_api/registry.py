"""The registry of endpoints, by their names in each protocol.

Every `Endpoint` at the top level of one of the modules below is served.
"""

from __future__ import annotations

from typing import Final

from orderlists_simulator._api import (
    account,
    account_information,
    amendments,
    exchange_info,
    general,
    order_list_placement,
    order_lists,
    order_placement,
    orders,
    prices,
    user_data_stream,
)
from orderlists_simulator._api.endpoint import Endpoint

_MODULES = (
    exchange_info,
    account,
    amendments,
    account_information,
    general,
    order_list_placement,
    order_lists,
    order_placement,
    orders,
    prices,
    user_data_stream,
)

ENDPOINTS: Final = tuple(
    each for module in _MODULES for each in vars(module).values() if isinstance(each, Endpoint)
)
REST: Final = {each.rest: each for each in ENDPOINTS if each.rest is not None}
WEBSOCKET: Final = {each.websocket: each for each in ENDPOINTS if each.websocket is not None}
