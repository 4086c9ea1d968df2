"""Sends that real signals interrupt at random instants.

As a script, for a process of its own: ``interrupts.py REST|WebSocket SENDS SEED``.  It prints what
came of them, in JSON.
"""

import json
import signal
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from random import Random
from typing import Any
from urllib.parse import parse_qs, urlsplit

from attrs import Factory, asdict, define

from clients import PROTOCOLS, key_of
from frame_servers import answering_requests, cancel_result
from orderlists import CancelOrderList, InDoubt, OrderListsError, Policy
from orderlists_simulator import EXAMPLE_KEY
from orderlists_transports import Client
from orderlists_transports.conformance._servers.http import Peer, Server, reply

ONCE = Policy(reconcile=False, max_resends=0, deadline=5)
EARLIEST, LATEST = 0.00003, 0.001


class Interrupt(BaseException):
    """What the signal handler raises."""


@define
class Seen:
    """What came of many sends.

    Attributes:
        interrupted: How many sends a signal interrupted.
        without_doubt: Ids of requests that were sent, and interrupted without request and attempts.
        failed: Errors of sends that no signal interrupted; a lost wake-up ends at the deadline.
        twice: Ids of requests that were received more than once.
        in_flight: Requests that were left in flight.
    """

    interrupted: int = 0
    without_doubt: list[str] = Factory(list[str])
    failed: list[str] = Factory(list[str])
    twice: list[str] = Factory(list[str])
    in_flight: int = 0


def answering_http(received: Counter[str]) -> Callable[[Peer], None]:
    """Return the script of an HTTP server that cancels, and counts the cancel ids."""

    def script(peer: Peer) -> None:
        while (request := peer.receive()) is not None:
            (cancel_id,) = parse_qs(urlsplit(request.target).query)["newClientOrderId"]
            received[cancel_id] += 1
            peer.write(reply(json.dumps(cancel_result(cancel_id)).encode()))

    return script


def answering_frames(received: Counter[str]) -> Callable[[Peer], None]:
    """Return the script of a WebSocket server that does the same."""
    return answering_requests(received=received)


SCRIPTS = {"REST": answering_http, "WebSocket": answering_frames}


def send_interrupted(client: Client, received: Counter[str], *, sends: int, seed: int) -> Seen:
    """Send cancels while signals strike, each under an id of its own."""
    seen, random = Seen(), Random(seed)  # noqa: S311 - the same instants every time
    is_armed = False

    def strike(*_: object) -> None:
        if is_armed:
            raise Interrupt

    usual = signal.signal(signal.SIGALRM, strike)
    try:
        for number in range(sends):
            request = CancelOrderList(
                symbol="LTCBTC", order_list_id=0, new_client_order_id=f"c{number}"
            )
            has_ended = False
            try:
                signal.setitimer(signal.ITIMER_REAL, random.uniform(EARLIEST, LATEST))
                is_armed = True
                client.send(request, policy=ONCE)
                is_armed, has_ended = False, True
            except Interrupt as interrupt:
                is_armed = False
                seen.interrupted += 1
                doubt = InDoubt.of(interrupt)
                if not has_ended and (doubt is None or not doubt.attempts):
                    seen.without_doubt.append(f"c{number}")
            except OrderListsError as error:
                is_armed = False
                seen.failed.append(f"{error!r} {error}")
            signal.setitimer(signal.ITIMER_REAL, 0)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, usual)
    client.send(CancelOrderList(symbol="LTCBTC", order_list_id=0, new_client_order_id="last"))
    seen.without_doubt = [each for each in seen.without_doubt if received[each]]
    return seen


def main(protocol: str, sends: int, seed: int) -> Seen:
    received: Counter[str] = Counter()
    with (
        closing(Server(SCRIPTS[protocol](received), None)) as server,
        Client(
            key_of(EXAMPLE_KEY), exchange=server.origin, protocol=PROTOCOLS[protocol]()
        ) as client,
    ):
        seen = send_interrupted(client, received, sends=sends, seed=seed)
        channel: Any = vars(client)["_channel"]
        if protocol == "WebSocket":
            seen.in_flight = len(channel.manager.current.in_flight)
    seen.twice = [cancel_id for cancel_id, times in received.items() if times > 1]
    return seen


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asdict(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))))
