"""The endpoint of the account and its balances.  Source: `Account information`.

Every account may trade, withdraw and deposit, and has one commission rate for all orders.
"""

from __future__ import annotations

from decimal import Decimal
from zlib import crc32

from orderlists_simulator._api.endpoint import Call, Served
from orderlists_simulator._api.parameters import BOOLEAN, optional
from orderlists_simulator._api.responses import Json, commission_rates
from orderlists_simulator._validators import format_amount

_OMIT_ZERO_BALANCES = optional("omitZeroBalances", BOOLEAN)
_BASIS_POINTS = 10_000


@Served(
    rest=("GET", "/api/v3/account"),
    websocket="account.status",
    security="USER_DATA",
    weight=20,
    parameters=(_OMIT_ZERO_BALANCES,),
)
def _account(call: Call) -> Json:
    # Both of the present, whatever the lags.
    with call.venue.queries(account=call.account, is_lagging=False, now=call.now) as queries:
        update_time = queries.update_time()
        balances = call.venue.balances.of(call.account)
    rate = call.venue.balances.commission_rate
    omits_zero = call[_OMIT_ZERO_BALANCES] is True
    return {
        "makerCommission": int(rate * _BASIS_POINTS),
        "takerCommission": int(rate * _BASIS_POINTS),
        "buyerCommission": 0,
        "sellerCommission": 0,
        "commissionRates": {
            **commission_rates(rate),
            "buyer": format_amount(Decimal(0)),
            "seller": format_amount(Decimal(0)),
        },
        "canTrade": True,
        "canWithdraw": True,
        "canDeposit": True,
        "brokered": False,
        "requireSelfTradePrevention": False,
        "preventSor": False,
        "updateTime": call.unit.convert(update_time),
        "accountType": "SPOT",
        "balances": [
            {
                "asset": each.asset,
                "free": format_amount(each.free),
                "locked": format_amount(each.locked),
            }
            for each in balances
            if not omits_zero or each.free + each.locked > 0
        ],
        "permissions": ["SPOT"],
        "uid": crc32(call.account.encode()),
    }
