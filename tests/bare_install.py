"""Cancels an order list with each client, on an exchange of its own, where no extra is installed.

Run by the Python of a wheel that was installed alone::

    python tests/bare_install.py 'PYTHON -m orderlists_simulator --port 0'

The argument starts the exchange, in an environment that has its server.
"""

import asyncio
import re
import shlex
import subprocess
import sys
from importlib.util import find_spec

from orderlists import CancelOrderList, HmacKey
from orderlists_transports import AsyncClient, Client

EXTRAS = [
    "aiohttp",
    "cryptography",
    "httpx",
    "keyring",
    "opentelemetry",
    "orjson",
    "pytest",
    "rich",
    "typer",
    "websockets",
]


def main(command: str) -> None:
    found = [name for name in EXTRAS if find_spec(name) is not None]
    if found:
        sys.exit(f"this environment is not bare: it has {', '.join(found)}")
    with subprocess.Popen(shlex.split(command), stdout=subprocess.PIPE, text=True) as server:
        try:
            cancel_two_lists(server)
        finally:
            server.terminate()


def cancel_two_lists(server: "subprocess.Popen[str]") -> None:
    url, api_key, secret = (
        said_by(server, what) for what in ("exchange at", "API key:", "Secret:")
    )
    key = HmacKey(api_key=api_key, secret=secret)
    with Client(key, exchange=url) as client:
        print(client.send(CancelOrderList(symbol="LTCBTC", order_list_id=0)))
    print(asyncio.run(cancel_the_second(key, url)))
    print(said_by_the_program())


async def cancel_the_second(key: HmacKey, url: str) -> object:
    async with AsyncClient(key, exchange=url) as client:
        return await client.send(CancelOrderList(symbol="LTCBTC", order_list_id=1))


def said_by_the_program() -> str:
    """Return what the command line prints without its extra; it must name the extra."""
    program = [sys.executable, "-m", "orderlists_cli", "open"]
    ended = subprocess.run(program, stderr=subprocess.PIPE, text=True, check=False)
    if ended.returncode != 2 or "orderlists[cli]" not in ended.stderr:
        sys.exit(f"the command line does not name its extra: {ended.stderr}")
    return ended.stderr


def said_by(server: "subprocess.Popen[str]", what: str) -> str:
    """Return the word after this in the first line that has it."""
    assert server.stdout is not None
    for line in server.stdout:
        if found := re.search(rf"{what}\s+(\S+)", line):
            return found[1]
    sys.exit(f"the exchange did not say {what!r}")


if __name__ == "__main__":
    main(sys.argv[1])
