"""``python -m orderlists_simulator``: the example venue on a port, until Ctrl-C."""

from __future__ import annotations

import argparse
import sys
from threading import Event
from typing import TYPE_CHECKING

from orderlists import InvalidSetting, MissingExtra
from orderlists_simulator._handshake import WEBSOCKET_PATH
from orderlists_simulator._server import Simulator

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_PORT = 8080


def main(arguments: Sequence[str], *, wait: Callable[[], object]) -> None:
    """Serve the example venue until the wait is interrupted.

    Args:
        arguments: Those of the command line, without the program's name.
        wait: Lasts as long as the simulator is to serve; a KeyboardInterrupt ends it in peace.

    Raises:
        SystemExit: An argument is wrong, the port is taken, or an extra is missing: 1 or 2, with
            one line of why.
    """
    parser = argparse.ArgumentParser(
        prog="python -m orderlists_simulator",
        description="A simulated Binance Spot exchange for order lists, on 127.0.0.1.",
    )
    parser.add_argument(
        "--port", type=int, default=_PORT, help=f"default {_PORT}; 0 for a free one"
    )
    port: int = parser.parse_args(arguments).port
    try:
        with Simulator(port=port) as simulator:
            sys.stdout.write(_introduction(simulator))
            sys.stdout.flush()
            wait()
    except KeyboardInterrupt:
        return
    except (InvalidSetting, MissingExtra) as error:
        sys.exit(f"{parser.prog}: {error}")


def _introduction(simulator: Simulator) -> str:
    lists = "".join(
        f"  {each.symbol}  orderListId={each.order_list_id}  "
        f"listClientOrderId={each.list_client_order_id}\n"
        for each in simulator.venue.lists
        if each.is_open
    )
    return (
        f"Serving a simulated exchange at {simulator.url} until Ctrl-C.\n"
        f"WebSocket API: {simulator.url.replace('http', 'ws', 1)}{WEBSOCKET_PATH}\n"
        f"API key: {simulator.key.api_key}\n"
        f"Secret:  {simulator.key.secret}\n"
        f"Open order lists:\n{lists}"
    )


if __name__ == "__main__":
    main(sys.argv[1:], wait=Event().wait)
