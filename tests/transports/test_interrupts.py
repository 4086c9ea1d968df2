"""Signals that interrupt a synchronous client at random instants."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from typing import TYPE_CHECKING

import pytest

import interrupts
from clients import PROTOCOLS, key_of
from interrupts import ONCE, SCRIPTS
from orderlists import CancelOrderList, OrderListsError
from orderlists_simulator import EXAMPLE_KEY
from orderlists_transports import Client

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from http_servers import Serve

CANCEL = CancelOrderList(symbol="LTCBTC", order_list_id=0)
KEY = key_of(EXAMPLE_KEY)
SENDS = 1000


@pytest.mark.parametrize("protocol", SCRIPTS)
def test_an_interrupt_never_sends_twice_and_carries_request_and_attempts(protocol: str) -> None:
    # In a process of its own: a signal may also strike in a finalizer, which Python reports.
    finished = subprocess.run(
        [sys.executable, interrupts.__file__, protocol, str(SENDS), "1"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        check=True,
        timeout=60,
    )
    seen = json.loads(finished.stdout)

    assert seen.pop("interrupted") > SENDS / 10
    assert seen == {"without_doubt": [], "failed": [], "twice": [], "in_flight": 0}


@pytest.mark.parametrize("protocol", SCRIPTS)
def test_a_client_can_be_closed_in_a_signal_handler(protocol: str, serve: Serve) -> None:
    server = serve(SCRIPTS[protocol](Counter()))
    usual = signal.getsignal(signal.SIGALRM)
    try:
        for number in range(20):
            client = Client(KEY, exchange=server.origin, protocol=PROTOCOLS[protocol]())
            client.send(CANCEL)
            signal.signal(signal.SIGALRM, closing_handler(client))
            signal.setitimer(signal.ITIMER_REAL, 0.0005 + number * 0.0001)
            with pytest.raises(OrderListsError):
                send_for_ever(client)
    finally:
        signal.signal(signal.SIGALRM, usual)


def closing_handler(client: Client) -> Callable[[int, FrameType | None], None]:
    return lambda _signal, _frame: client.close()


def send_for_ever(client: Client) -> None:
    while True:
        client.send(CANCEL, policy=ONCE)
