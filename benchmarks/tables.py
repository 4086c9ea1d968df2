"""The results as tables, in Markdown, which reads well in a terminal too."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

from benchmarks.contestants._entries import OURS
from benchmarks.goals import Verdict, verdicts

Results = dict[str, Any]


def everything(results: Results) -> str:
    """Return all tables, each under its heading."""
    return "\n\n".join(f"### {title}\n\n{text}" for title, text in _sections(results))


def brief(results: Results) -> str:
    """Return each contestant's processor time in every race, as multiples of the race's floor."""
    groups = groupby(results["races"].values(), key=lambda race: race["operation"])
    tables = [_beside_each_other(operation, list(races)) for operation, races in groups]
    return "\n\n".join([where(results), *tables])


def _beside_each_other(operation: str, races: Sequence[Results]) -> str:
    names = dict.fromkeys(
        name for race in races for name in race["results"] if name != race["floor"]
    )
    # Ours first.
    ordered = sorted(names, key=lambda name: not name.startswith(OURS))
    rows = [
        (
            name,
            *(
                _ratio(race["results"][name])[0] if name in race["results"] else ""
                for race in races
            ),
        )
        for name in ordered
    ]
    floors = ("1.00 is, by hand", *(race["floor"] for race in races))
    head = (f"CPU of {operation}", *(race["title"] for race in races))
    return table(head, [floors, *rows])


def _sections(results: Results) -> Iterator[tuple[str, str]]:
    yield "The machine", _machine(results)
    yield "The goals", _goals(list(verdicts(results)))
    for race in results["races"].values():
        yield f"{_name_of(race)} (ratios to {race['floor']})", _race(race)
    for group, parts in results["parts"].items():
        for part, found in parts.items():
            yield f"{group.capitalize()}: {part} (ratios to {found['floor']})", _part(found)
    yield "The reply to one cancel, in bytes", _bytes(results["bytes"])
    yield "While others are in flight (asynchronous)", _scaling(results["scaling"])
    yield "Importing (ratios to python-binance)", _imports(results["imports"])
    yield "Memory", _memory(results["memory"])
    for name, counted in results["instructions"].items():
        yield f"{_name_of(results['races'][name])} (instructions by callgrind)", _counts(counted)


def _name_of(race: Results) -> str:
    return f"{race['title']}: {race['operation']}"


def where(results: Results, only: Container[str] | None = None) -> str:
    """Return the machine and the versions, by default of every library."""
    facts = results["machine"]
    packages = ", ".join(
        f"{name} {version}"
        for name, version in results["versions"].items()
        if only is None or name in only
    )
    return (
        f"{facts['processor']}, {facts['cores']} cores, {facts['system']}, {facts['python']}; "
        f"{results['date']}; {results['rounds']} rounds; load before the start "
        f"{facts['load_at_start']}.\n\n{packages}."
    )


def _machine(results: Results) -> str:
    ceilings = "; over ".join(
        f"{protocol}, {ceiling['1']:,.0f} and {ceiling['50']:,.0f} times"
        for protocol, ceiling in results["ceiling_per_second"].items()
    )
    return (
        f"{where(results)}\n\n"
        "What the loopback server answers a bare socket in a second, with one call in flight and "
        f"with 50: over {ceilings}."
    )


def _goals(reached: Sequence[Verdict]) -> str:
    missed = [f"- {verdict.what}: {verdict.why}" for verdict in reached if not verdict.is_met]
    return "\n\n".join(
        [
            _goal_table(reached),
            *(["What was missed, and why:", "\n".join(missed)] if missed else []),
        ]
    )


def _goal_table(reached: Iterable[Verdict]) -> str:
    return table(
        ("CPU", "required", "stretch", "measured", ""),
        [
            (
                verdict.what,
                _limit(verdict.required, verdict.unit),
                "" if verdict.stretch is None else _limit(verdict.stretch, verdict.unit),
                f"{verdict.measured:.2f} {verdict.unit}",
                verdict.word,
            )
            for verdict in reached
        ],
    )


def _limit(value: float, unit: str) -> str:
    return f"{value:g} {unit}"


def _race(race: Results) -> str:
    return table(
        (
            *("", "CPU µs", "ratio", "middle half", "p50 µs", "p99 µs"),
            *("calls/s", "peak KiB", "blocks kept"),
        ),
        [
            (
                name,
                f"{each['cpu_us']['median']:.0f}",
                *_ratio(each),
                f"{each['p50_us']['median']:.0f}",
                f"{each['p99_us']['median']:.0f}",
                f"{each['per_second']['median']:.0f}",
                f"{each['peak_kib']:.0f}",
                f"{each['kept_blocks']:.0f}",
            )
            for name, each in race["results"].items()
        ],
    )


def _ratio(each: Results) -> tuple[str, str]:
    ratio = each["ratio"]
    return f"{ratio['median']:.2f}", f"{ratio['low']:.2f} to {ratio['high']:.2f}"


def _part(found: Results) -> str:
    return table(
        ("", "CPU µs", "ratio", "middle half"),
        [
            (name, f"{each['cpu_us']['median']:.2f}", *_ratio(each))
            for name, each in found["results"].items()
        ],
    )


def _bytes(sizes: Results) -> str:
    formats = list(next(iter(sizes.values())))
    rows = [(what, *(f"{each[name]:,}" for name in formats)) for what, each in sizes.items()]
    return table(("", *formats), rows)


def _scaling(scaling: Results) -> str:
    return table(
        ("in flight", "", "CPU µs", "ratio", "middle half", "p50 µs", "p99 µs", "calls/s"),
        [
            (
                in_flight,
                name,
                f"{each['cpu_us']['median']:.0f}",
                *_ratio(each),
                f"{each['p50_us']['median']:.0f}",
                f"{each['p99_us']['median']:.0f}",
                f"{each['per_second']['median']:.0f}",
            )
            for in_flight, found in scaling["results"].items()
            for name, each in found.items()
        ],
    )


def _imports(imports: Results) -> str:
    rows = [
        (name, f"{each['cpu_ms']['median']:.0f}", *_ratio(each))
        for name, each in imports["results"].items()
    ]
    rows.insert(1, ("orderlists' own modules", f"{imports['own_ms']:.0f}", "", ""))
    return table(("", "CPU ms", "ratio", "middle half"), rows)


def _memory(memory: Results) -> str:
    idle = memory["idle client"]
    rows = [
        (kind, f"{state['calls']:,}", f"{state['blocks']:,}", f"{state['peak_rss_kib'] / 1024:.1f}")
        for kind, states in memory.items()
        if kind != "idle client"
        for state in states
    ]
    return (
        f"An idle client keeps {idle['unused_kib']:.1f} KiB, with its connection "
        f"{idle['connected_kib']:.1f} KiB.\n\n"
        + table(("client", "calls made", "blocks allocated", "peak RSS MiB"), rows)
    )


def _counts(instructions: Results) -> str:
    return table(
        ("", "thousands", "ratio"),
        [
            (name, f"{each['thousands']:,.0f}", f"{each['ratio']:.2f}")
            for name, each in instructions["results"].items()
        ],
    )


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table whose columns line up; all but the first count to the right.

    >>> print(table(("", "us"), [("floor", "1"), ("ours", "20")]))
    |       | us |
    |-------|---:|
    | floor |  1 |
    | ours  | 20 |
    """
    lines = [tuple(head), *map(tuple, rows)]
    widths = [max(2, *(len(line[column]) for line in lines)) for column in range(len(head))]
    rule = [
        "-" * (width + 2) if column == 0 else "-" * (width + 1) + ":"
        for column, width in enumerate(widths)
    ]
    written = [
        "| "
        + " | ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        + " |"
        for line in lines
    ]
    return "\n".join([written[0], f"|{'|'.join(rule)}|", *written[1:]])
