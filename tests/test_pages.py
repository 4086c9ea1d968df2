"""Every Python example of the README and the docs runs, and prints the documented output."""

import re
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from typing import Any, cast

import pytest

from orderlists.observing import ClientEvent, ReplyReceived
from orderlists_simulator import Simulator
from orderlists_transports import Client

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
# An example, and its output if the page shows it next.
EXAMPLE = re.compile(r"(?ms)^```python\n(.*?)^```\n(?:\n```text\n(.*?)^```\n)?")
ADDRESS = "http://127.0.0.1:8080"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_examples_of_a_page_run(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    namespace: dict[str, Any] = {"__name__": "page"}
    with Simulator() as simulator:
        for code, printed in EXAMPLE.findall(page.read_text("utf-8")):
            # A free port instead of the documented one.
            exec(compile(code.replace(ADDRESS, simulator.url), page.name, "exec"), namespace)  # noqa: S102 - our own pages
            assert not printed or capsys.readouterr().out == printed
        for name, example in list(namespace.items()):
            if name.startswith("test_"):
                example()
        assert "Client" in namespace or page.name != "README.md"


def test_the_cron_program_stores_what_an_interrupted_cancel_all_leaves_in_doubt(
    capsys: pytest.CaptureFixture[str],
) -> None:
    replies: SimpleQueue[ClientEvent] = SimpleQueue()

    def keep_replies(event: ClientEvent) -> None:
        if isinstance(event, ReplyReceived) and event.operation == "Cancel Order List":
            replies.put(event)

    def interrupt(*_: object) -> None:
        for _number in range(5):  # Every cancel was executed, and this is the first verdict.
            replies.get(timeout=30)
        raise KeyboardInterrupt

    def interrupted_client(*arguments: Any, **settings: Any) -> Client:
        client: Any = Client(*arguments, observe=keep_replies, **settings)
        client.cancel_all = partial(client.cancel_all, on_verdict=interrupt)
        return cast("Client", client)

    page = (ROOT / "docs" / "howto" / "cron.md").read_text("utf-8")
    ((code, _),) = EXAMPLE.findall(page)
    program: dict[str, Any] = {"__name__": "page"}
    with Simulator() as simulator:
        code = code.replace(ADDRESS, simulator.url).replace("print(main())", "")
        exec(compile(code, "cron.md", "exec"), program)  # noqa: S102 - our own page
        program["Client"] = interrupted_client
        with pytest.raises(KeyboardInterrupt):
            program["main"]()
        stored = len([*program["IN_DOUBT"].iterdir()])
        program["Client"] = Client
        exit_code = program["main"]()

    *reconciled, summary = capsys.readouterr().out.splitlines()
    assert (exit_code, stored, len(reconciled)) == (0, 4, 4)
    assert all(each.startswith("<CanceledOrderList ") for each in reconciled)
    assert summary == "<CancelAllReport 0 left>"
    assert not [*program["IN_DOUBT"].iterdir()]


def test_the_demo_prints_what_the_readme_shows(capsys: pytest.CaptureFixture[str]) -> None:
    demo: dict[str, Any] = {"__name__": "demo"}
    exec(compile((ROOT / "examples" / "demo.py").read_text("utf-8"), "demo.py", "exec"), demo)  # noqa: S102 - our own demo
    demo["main"]()
    out = re.sub(r"127\.0\.0\.1:[0-9]+", "127.0.0.1:40123", capsys.readouterr().out)
    assert f"```text\n$ make demo\n{out}```\n" in PAGES[0].read_text("utf-8")
