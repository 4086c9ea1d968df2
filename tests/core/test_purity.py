"""Core is sans-I/O, and ruff reports violations."""

import subprocess
import sys
from pathlib import Path

import pytest

import orderlists

ROOT = Path(__file__).parents[2]
ALLOWED = {"attr", "attrs", "cattr", "cattrs", "orderlists", "typing_extensions"}
BREACHES = [
    "import time",
    "from time import monotonic",
    "import random",
    "import secrets",
    "import os",
    "import socket",
    "import ssl",
    "import threading",
    "import asyncio",
    "import urllib3",
    "import aiohttp",
    "import http.client",
    "import urllib.request",
    "import orderlists_transports",
    "from orderlists_simulator import Venue",
    "import datetime\n\nNOW = datetime.datetime.now(datetime.UTC)",
    "from datetime import UTC, datetime\n\nNOW = datetime.now(UTC)",
]


def ruff(code: str, place: str) -> str:
    pytest.importorskip("ruff", reason="the gates run where the tools are installed")
    run = subprocess.run(
        [
            *(sys.executable, "-m", "ruff", "check", "--select=TID251"),
            *("--output-format=concise", f"--stdin-filename={ROOT / place}", "-"),
        ],
        input=code,
        text=True,
        capture_output=True,
        check=False,
        cwd=ROOT,
    )
    assert not run.stderr, run.stderr
    return run.stdout


@pytest.mark.parametrize("breach", BREACHES)
def test_a_breach_of_purity_in_core_is_caught(breach: str) -> None:
    assert "TID251" in ruff(f"{breach}\n", "core/orderlists/_breach.py")


def test_the_purity_rules_do_not_apply_to_transports() -> None:
    assert "TID251" not in ruff("import socket\n", "transports/orderlists_transports/_new.py")


def loaded_by(statement: str) -> set[str]:
    """Return the top-level third-party packages that a fresh interpreter loads."""
    code = (
        f"import sys; before = set(sys.modules); {statement}\n"
        "new = {name.partition('.')[0] for name in set(sys.modules) - before}\n"
        "print(*sorted(new - set(sys.stdlib_module_names)))"
    )
    path = [str(p) for p in sys.path if p]
    run = subprocess.run(
        [sys.executable, "-S", "-c", f"import sys; sys.path[:0] = {path!r}; {code}"],
        text=True,
        capture_output=True,
        check=True,
    )
    return {name for name in run.stdout.split() if not name.startswith("_")}


def loaded_by_reading(body: bytes) -> set[str]:
    return loaded_by(
        "from orderlists import GetServerTime, Rest, UndecodableReply\n"
        "from orderlists.extending import HttpResponse\n"
        f"try: Rest().decode(GetServerTime(), HttpResponse(200, (), {body!r}))\n"
        "except UndecodableReply: pass"
    )


def test_core_imports_only_attrs_and_cattrs_lazily() -> None:
    assert loaded_by_reading(b'{"serverTime":1}') <= ALLOWED - {"cattr", "cattrs"}
    assert "cattrs" in loaded_by_reading(b"{}") <= ALLOWED


def test_a_client_imports_only_its_own_transport() -> None:
    key = "orderlists.HmacKey(api_key='k' * 64, secret='s')"
    start = f"import orderlists; from orderlists_transports import Client; Client({key})"
    # urllib3 looks for `backports.zstd`, and other libraries install into `backports` as well.
    with_urllib3 = {"urllib3", "idna", "brotli", "backports"}
    assert loaded_by(start) - ALLOWED <= {"orderlists_transports", *with_urllib3}
    assert "urllib3" in loaded_by(start)


def test_an_async_client_does_not_import_the_other_transport() -> None:
    key = "orderlists.HmacKey(api_key='k' * 64, secret='s')"
    start = f"import orderlists; from orderlists_transports import AsyncClient; AsyncClient({key})"
    assert "urllib3" not in loaded_by(start)


def test_every_name_in_all_exists_in_sorted_order() -> None:
    assert list(orderlists.__all__) == sorted(
        orderlists.__all__, key=lambda name: (not name.isupper(), name.islower(), name)
    )
    assert all(hasattr(orderlists, name) for name in orderlists.__all__)
