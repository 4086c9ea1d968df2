"""Public names that are loaded when they are first used."""

import inspect
import os
import subprocess
import sys

import orderlists
from orderlists import InDoubt, PlaceOco
from orderlists._lazy import LAZY, REQUESTS
from orderlists.enums import Side
from orderlists.extending import Request
from orderlists.legs import LimitMaker, StopLoss


def run_apart(code: str, text: str = "") -> str:
    """Run code in a process that has loaded nothing yet, with a text as its input."""
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        input=text,
        capture_output=True,
        check=True,
        text=True,
    ).stdout


def test_a_client_that_cancels_loads_no_placements_no_legs_and_no_events() -> None:
    code = (
        "import sys\n"
        "from orderlists import CancelOrderList, HmacKey\n"
        "from orderlists_transports import Client\n"
        "CancelOrderList(symbol='LTCBTC', order_list_id=0)\n"
        "Client(HmacKey(api_key='k' * 64, secret='s')).close()\n"
        "parts = ('legs', 'place', 'events', 'amend', 'websocket', 'private', '_all', 'proxy')\n"
        "loaded = [name for name in sys.modules if name.startswith('orderlists')]\n"
        "print([name for name in loaded if any(part in name for part in parts)])\n"
    )
    assert run_apart(code) == "[]\n"


def test_each_lazy_name_can_be_the_first_that_a_program_uses() -> None:
    code = (
        "import os, orderlists\n"
        "from orderlists._lazy import LAZY\n"
        "for name in LAZY:\n"
        "    child = os.fork()\n"
        "    if child == 0:\n"
        "        getattr(orderlists, name)\n"
        "        os._exit(0)\n"
        "    if os.waitpid(child, 0)[1] != 0:\n"
        "        print(name)\n"
    )
    assert run_apart(code) == ""


def test_a_lazy_name_is_looked_up_once() -> None:
    code = "import orderlists; orderlists.PlaceOco; print('PlaceOco' in vars(orderlists))"
    assert run_apart(code) == "True\n"


def test_the_package_lists_its_lazy_names_before_they_are_loaded() -> None:
    assert "PlaceOco" in run_apart("import orderlists; print(dir(orderlists))")
    assert LAZY.keys() <= set(dir(orderlists))


def test_every_public_class_of_requests_is_known_by_name() -> None:
    public = {name: getattr(orderlists, name) for name in orderlists.__all__}
    kinds = {
        name for name, kind in public.items() if inspect.isclass(kind) and issubclass(kind, Request)
    }
    assert kinds == REQUESTS.keys()


def test_a_request_in_doubt_is_read_by_a_program_that_has_not_used_its_class() -> None:
    request = PlaceOco(
        symbol="LTCBTC",
        side=Side.SELL,
        quantity="1",
        above=LimitMaker(price="3.00"),
        below=StopLoss(stop_price="2.00"),
    )
    code = (
        "import sys\n"
        "from orderlists import InDoubt\n"
        "print(InDoubt.from_json(sys.stdin.read()).to_json(), end='')\n"
    )
    text = InDoubt(request).to_json()
    assert run_apart(code, text) == text


def test_a_request_of_a_program_cannot_take_the_name_of_one_that_is_not_loaded() -> None:
    code = (
        "from orderlists.extending import Request\n"
        "try:\n"
        "    class PlaceOco(Request[int]): pass\n"
        "except TypeError as error:\n"
        "    print(error)\n"
    )
    said = "PlaceOco is a request of this library: choose another name\n"
    assert run_apart(code) == said


def test_a_result_is_read_by_a_program_that_has_not_used_its_class() -> None:
    code = (
        "from orderlists.extending import Result\n"
        "time = {'iso': None, 'value': -1, 'unit': 'MILLISECOND'}\n"
        "tree = {'kind': 'ServerTime', 'server_time': time}\n"
        "tree |= {'unknown_fields': {}, 'malformed_fields': {}}\n"
        "import json; print(type(Result.from_json(json.dumps(tree))).__name__)\n"
    )
    assert run_apart(code) == "ServerTime\n"
