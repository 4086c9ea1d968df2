"""The races as one picture: processor time per call, as multiples of the floor."""

from __future__ import annotations

from pathlib import Path
from typing import Any

_OURS, _FLOOR, _OTHERS = "#0b6e4f", "#8a8a8a", "#c9c9c9"
_WIDTH, _LABEL, _RIGHT, _BAR, _GAP, _HEAD = 760, 170, 70, 18, 6, 38


def write_chart(results: dict[str, Any], path: Path) -> None:
    """Write the picture as SVG: plain bars, whiskers for the middle half of the rounds."""
    widest = max(
        each["ratio"]["high"]
        for race in results["races"].values()
        for each in race["results"].values()
    )
    scale = (_WIDTH - _LABEL - _RIGHT) / widest
    parts: list[str] = []
    y = 0
    for race in results["races"].values():
        parts.append(_text(0, y + 22, f"{race['title']}: CPU of {race['operation']}", "b"))
        y += _HEAD
        for name, each in sorted(
            race["results"].items(), key=lambda item: item[1]["ratio"]["median"]
        ):
            parts += _bar(y, name, each["ratio"], scale, is_floor=name == race["floor"])
            y += _BAR + _GAP
        y += _GAP
    style = (
        "<style>text{font:12px system-ui,sans-serif;fill:#444}.b{font-weight:600;font-size:13px}"
        ".e{text-anchor:end}@media(prefers-color-scheme:dark){text{fill:#ccc}}</style>"
    )
    size = f'width="{_WIDTH}" height="{y}" viewBox="0 0 {_WIDTH} {y}"'
    body = "\n".join([style, *parts])
    path.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" {size}>\n{body}\n</svg>\n', encoding="utf-8"
    )


def _bar(y: int, name: str, ratio: dict[str, float], scale: float, *, is_floor: bool) -> list[str]:
    ours = name.startswith("orderlists")
    colour = _OURS if ours else _FLOOR if is_floor else _OTHERS
    end = _LABEL + ratio["median"] * scale
    low, high = (_LABEL + ratio[side] * scale for side in ("low", "high"))
    middle = y + _BAR / 2
    return [
        _text(_LABEL - 8, y + 13, name, "e"),
        f'<rect x="{_LABEL}" y="{y}" width="{end - _LABEL:.1f}" height="{_BAR}" fill="{colour}"/>',
        f'<line x1="{low:.1f}" x2="{high:.1f}" y1="{middle}" y2="{middle}" stroke="#333"/>',
        _text(max(end, high) + 8, y + 13, f"{ratio['median']:.2f} ×"),
    ]


def _text(x: float, y: float, words: str, kind: str = "") -> str:
    words = words.replace("&", "&amp;").replace("<", "&lt;")
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{kind}">{words}</text>'
