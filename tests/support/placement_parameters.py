"""Parameters of placements, for tests that change one of them."""

from collections.abc import Mapping

OCO: Mapping[str, object] = {
    "symbol": "LTCBTC",
    "side": "SELL",
    "quantity": "5",
    "aboveType": "LIMIT_MAKER",
    "abovePrice": "3.00",
    "belowType": "STOP_LOSS_LIMIT",
    "belowStopPrice": "1.00",
    "belowPrice": "0.99",
    "belowTimeInForce": "GTC",
}
BUY_OCO: Mapping[str, object] = {
    "symbol": "LTCBTC",
    "side": "BUY",
    "quantity": "5",
    "aboveType": "STOP_LOSS",
    "aboveStopPrice": "3.00",
    "belowType": "LIMIT_MAKER",
    "belowPrice": "1.00",
}
WORKING: Mapping[str, object] = {
    "symbol": "LTCBTC",
    "workingSide": "BUY",
    "workingQuantity": "5",
    "workingType": "LIMIT",
    "workingPrice": "2.00",
    "workingTimeInForce": "GTC",
    "pendingSide": "SELL",
}
PENDING: Mapping[str, object] = {"pendingType": "MARKET"}
PAIR: Mapping[str, object] = {
    "pendingAboveType": "LIMIT_MAKER",
    "pendingAbovePrice": "3.00",
    "pendingBelowType": "STOP_LOSS",
    "pendingBelowStopPrice": "1.00",
}
OTO = {**WORKING, **PENDING, "pendingQuantity": "5"}
OTOCO = {**WORKING, **PAIR, "pendingQuantity": "5"}
OPO = {**WORKING, **PENDING}
OPOCO = {**WORKING, **PAIR}
KINDS: Mapping[str, Mapping[str, object]] = {
    "oco": OCO,
    "oto": OTO,
    "otoco": OTOCO,
    "opo": OPO,
    "opoco": OPOCO,
}
