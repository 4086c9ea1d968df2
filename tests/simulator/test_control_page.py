"""The examples of docs/simulator.md for other languages, sent as they are written."""

import json
import re
import shlex
from argparse import ArgumentParser
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from orderlists_simulator import Simulator, Venue, VirtualClock
from orderlists_simulator._faults import plan_json
from orderlists_simulator._faults.plan_json import read_plan
from orderlists_simulator._json_input import parse_json
from orderlists_simulator._serving.replay import read_trades, replay

PAGE = (Path(__file__).parents[2] / "docs" / "simulator.md").read_text("utf-8")
# A command, and the JSON of its answer.
COMMAND = re.compile(r"(?ms)^```sh\n(.*?)^```\n\n```json\n(.*?)^```\n")
PLAN = PAGE.partition("### A plan in JSON\n")[2].partition("```json\n")[2].partition("```")[0]
TRADES = PAGE.partition("### A file of trades\n")[2].partition("```text\n")[2].partition("```")[0]


def send_as_curl(command: str, address: str) -> Any:
    """Send the request of a command of curl, and return the JSON of the answer."""
    curl = ArgumentParser()
    curl.add_argument("-X", dest="method")
    curl.add_argument("-d", dest="data")
    curl.add_argument("url")
    program, *arguments = shlex.split(command)
    given = curl.parse_args(arguments)
    url: str = given.url
    assert (program, urlsplit(url).netloc) == ("curl", "127.0.0.1:8080")
    method = given.method or ("GET" if given.data is None else "POST")
    with closing(HTTPConnection(address, timeout=10)) as connection:
        connection.request(method, urlsplit(url).path, given.data)
        return json.loads(connection.getresponse().read())


def test_the_commands_of_the_page_have_the_answers_of_the_page() -> None:
    section = PAGE.partition("## Control from any language\n")[2].partition("\n## ")[0]
    examples: list[tuple[str, str]] = COMMAND.findall(section)
    with Simulator(clock=VirtualClock(1_700_000_000 * 10**9)) as simulator:
        address = urlsplit(simulator.url).netloc
        for command, answer in examples:
            assert send_as_curl(command, address) == json.loads(answer), command

    commands = "".join(command for command, _ in examples)
    for each in ("price", "walk", "time", "plan", "log", "reset"):
        assert f"/control/{each}" in commands


def test_the_plan_of_the_page_is_a_plan() -> None:
    plan = read_plan(parse_json(PLAN.encode(), "plan"), now=0)

    assert (len(plan.events), len(plan.lags)) == (1, 1)


@pytest.mark.parametrize(
    "name", [*plan_json.FAULTS, *plan_json.ANSWERS, *plan_json.EVENTS, *plan_json.ARGUMENTS]
)
def test_every_name_that_a_plan_may_have_is_on_the_page(name: str) -> None:
    described = PAGE.partition("### A plan in JSON\n")[2].partition("\n### ")[0]

    assert f"`{name}`" in described


def test_the_trades_of_the_page_are_trades() -> None:
    venue = Venue()

    replay(read_trades(TRADES.encode(), "trades.csv"), venue, now=0)
    venue.run_until(60 * 10**9)

    assert str(venue.market.last_price("LTCBTC")) == "3.2"
