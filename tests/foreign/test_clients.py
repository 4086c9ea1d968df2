"""Clients of other libraries against the simulator: constructed with their defaults, all they do.

They run in the environment of the benchmark: `make foreign`.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from foreign_client import ACTIONS

RunOf = Callable[[str], Any]

UNIFIED = {action for action in ACTIONS if action.startswith("unified")}
NO_METHOD = {
    "python-binance": UNIFIED,
    "ccxt": {"WebSocket: place, find, cancel"},
    "binance-connector": UNIFIED | {"WebSocket: place, find, cancel", "events of a cancel"},
    "binance-sdk-spot": UNIFIED,
}


def cases() -> Iterator[Any]:
    for client, missing in NO_METHOD.items():
        for action in ACTIONS:
            if action not in missing:
                yield pytest.param(client, action)


@pytest.mark.parametrize(("client", "action"), list(cases()))
def test_an_action_of_a_client_works(
    client: str,
    action: str,
    run_of: RunOf,
    record_property: Callable[[str, object], None],
) -> None:
    record_property("cell", (client, action))
    run = run_of(client)
    done = run.actions[action]

    assert done.keys() == {"action", "canceled"}, done
    if done["canceled"] is not None:
        assert run.venue.order_list(done["canceled"]).canceled_by is not None


@pytest.mark.parametrize("client", list(NO_METHOD))
def test_the_actions_that_a_client_has_no_method_for_are_known(client: str, run_of: RunOf) -> None:
    missing = {action for action, done in run_of(client).actions.items() if "missing" in done}

    assert missing == NO_METHOD[client]
