"""What users give: requests, keys and times, as Hypothesis strategies."""

import json
import string
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from orderlists import CancelOrderList, HmacKey

ALPHANUMERIC = string.ascii_letters + string.digits

ids = st.integers(0, 2**63 - 1) | st.sampled_from([0, 1, 2**63 - 1])
client_ids = st.text(ALPHANUMERIC + "-_", min_size=1, max_size=36)
ascii_symbols = st.text(string.ascii_uppercase + string.digits + "._-", min_size=1, max_size=50)
wide_symbols = st.text(
    st.characters(categories=["L", "M", "Nd"], exclude_characters=string.ascii_lowercase),
    min_size=1,
    max_size=50,
)
symbols = st.sampled_from(["LTCBTC", "１２３４５６"]) | ascii_symbols | wide_symbols
recv_windows = (
    st.integers(1, 60_000)
    | st.integers(1, 60_000_000).map(lambda n: Decimal(n) / 1000)
    | st.integers(1, 60_000_000).map(lambda n: f"{Decimal(n) / 1000:f}")
)
timestamps = st.integers(0, 4_102_444_800_000)

keys = st.builds(
    HmacKey,
    api_key=st.text(ALPHANUMERIC, min_size=64, max_size=64),
    # With what no id can hold, so that finding one in a text is no accident.
    secret=st.text(ALPHANUMERIC, min_size=1, max_size=64).map("~{}~".format),
)


@st.composite
def cancels(draw: st.DrawFn) -> CancelOrderList:
    """Draw any valid request to cancel an order list."""
    order_list_id = draw(st.none() | ids)
    client_id = draw(client_ids if order_list_id is None else st.none() | client_ids)
    both = order_list_id is not None and client_id is not None
    return CancelOrderList(
        symbol=draw(symbols),
        order_list_id=order_list_id,
        list_client_order_id=client_id,
        new_client_order_id=draw(st.none() | client_ids),
        recv_window=draw(st.none() | recv_windows),
        both_must_match=draw(st.booleans()) if both else False,
    )


# What a frame may hold.

LIMIT = {
    "rateLimitType": "REQUEST_WEIGHT",
    "interval": "MINUTE",
    "intervalNum": 5,
    "limit": 6000,
    "count": 7,
}

json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
envelopes = st.fixed_dictionaries(
    {},
    optional={
        "id": json_values | st.just(1),
        "status": json_values | st.sampled_from([200, 400, 418, 429, 503]),
        "result": json_values,
        "error": json_values
        | st.fixed_dictionaries({"code": st.integers() | json_values, "msg": json_values}),
        "rateLimits": json_values | st.lists(st.just(LIMIT)),
        "event": json_values | st.fixed_dictionaries({"e": st.just("listStatus") | st.text()}),
        "subscriptionId": json_values,
    },
)
frames = (
    st.binary()
    | st.text(st.characters(exclude_categories=["Cs"]))
    | json_values.map(json.dumps)
    | envelopes.map(json.dumps)
)
