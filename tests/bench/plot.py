"""Lines over time as an SVG, readable in light and in dark."""

from collections.abc import Mapping, Sequence
from html import escape
from math import floor, log10

WIDTH, HEIGHT = 760, 420
LEFT, RIGHT, TOP, BOTTOM = 60, 190, 40, 45
COLOURS = ("#2f7ed8", "#d9822b", "#3a9e5c", "#b55cc4", "#d64545", "#159a9c", "#8a8d3a", "#7a6fe0")
STYLE = """
text { font: 12px sans-serif; fill: #333 } .line { fill: none; stroke-width: 1.6 } .grid { stroke: #ccc }
@media (prefers-color-scheme: dark) { text { fill: #ddd } .grid { stroke: #444 } }
"""
MARKS = 4  # on each axis beside 0, at most

#: A moment and a value.
Point = tuple[float, float]


def lines_svg(title: str, lines: Mapping[str, Sequence[Point]], *, x: str, y: str) -> str:
    """`x` and `y` name the axes. Both begin at 0; names stand beside the lines' ends, the highest first."""
    most_x = max(at for points in lines.values() for at, _ in points) or 1.0
    most_y = 1.1 * max(value for points in lines.values() for _, value in points) or 1.0
    by_end = sorted(lines, key=lambda name: -lines[name][-1][1])
    parts = [f'<text x="{LEFT}" y="20">{escape(title)}</text>', *_grid(most_x, most_y, x, y)]
    for place, name in enumerate(by_end):
        colour = COLOURS[place % len(COLOURS)]
        drawn = " ".join(_place(at / most_x, value / most_y) for at, value in lines[name])
        parts.append(f'<polyline class="line" stroke="{colour}" points="{drawn}"/>')
        label, low = escape(f"{name} {lines[name][-1][1]:.0f}"), TOP + 18 * place
        parts.append(f'<text x="{WIDTH - RIGHT + 10}" y="{low}" style="fill: {colour}">{label}</text>')
    opened = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">'
    return "\n".join([opened, f"<style>{STYLE}</style>", *parts, "</svg>"]) + "\n"


def _grid(most_x: float, most_y: float, x: str, y: str) -> list[str]:
    parts = [
        f'<text x="{WIDTH - RIGHT}" y="{HEIGHT - 8}" text-anchor="end">{escape(x)}</text>',
        f'<text x="{LEFT - 6}" y="{TOP - 16}" text-anchor="end">{escape(y)}</text>',
    ]
    for mark in _marks(most_y):
        _, up = _place(0, mark / most_y).split(",")
        parts += [
            f'<line class="grid" x1="{LEFT}" y1="{up}" x2="{WIDTH - RIGHT}" y2="{up}"/>',
            f'<text x="{LEFT - 6}" y="{float(up) + 4:.1f}" text-anchor="end">{mark:g}</text>',
        ]
    for mark in _marks(most_x):
        across, low = _place(mark / most_x, 0).split(",")
        parts.append(f'<text x="{across}" y="{float(low) + 18:.1f}" text-anchor="middle">{mark:g}</text>')
    return parts


def _marks(most: float) -> list[float]:
    """Round numbers from 0 on, up to this one."""
    power = 10.0 ** floor(log10(most / MARKS))
    step = next(step for step in (power, 2 * power, 5 * power, 10 * power) if step * MARKS >= most * 0.999)
    return [step * count for count in range(int(most / step) + 1)]


def _place(across: float, up: float) -> str:
    """Shares of both axes as a point of the picture."""
    wide, high = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
    return f"{LEFT + across * wide:.1f},{HEIGHT - BOTTOM - up * high:.1f}"
