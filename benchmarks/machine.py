"""The machine that is measured on."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import distributions
from pathlib import Path
from typing import Any


def pin_to_core(wanted: int) -> None:
    """Pin this process to a core, counted from 0, where that is supported."""
    if not hasattr(os, "sched_setaffinity"):
        return
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) > 1:
        os.sched_setaffinity(0, {cores[wanted % len(cores)]})


@contextmanager
def on_core(wanted: int) -> Iterator[None]:
    """Pin this process, and every child started meanwhile, to a core."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    cores = os.sched_getaffinity(0)
    pin_to_core(wanted)
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)


def machine() -> dict[str, Any]:
    """Return a description of this machine."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.release().partition('-')[0]}",
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "load_at_start": _load(),
    }


def versions(apart: str) -> dict[str, str]:
    """Return the versions of all installed libraries that take part."""
    wanted = {
        "aiohttp",
        "attrs",
        "binance-connector",
        "binance-sdk-spot",
        "cattrs",
        "ccxt",
        "cryptography",
        "orderlists",
        "orjson",
        "pydantic",
        "python-binance",
        "requests",
        "urllib3",
        "websockets",
    }
    found: dict[str, str] = {}
    for each in [*distributions(), *distributions(path=[apart])]:
        name = each.name.lower().replace("_", "-")
        if name in wanted:
            found[name] = each.version
    return dict(sorted(found.items()))


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _load() -> float | None:
    return round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None
