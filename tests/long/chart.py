"""Draws a series of numbers as a line in SVG."""

from collections.abc import Sequence

WIDTH, HEIGHT, MARGIN = 800, 260, 50
PAGE = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" \
font-family="sans-serif" font-size="13">
<rect width="100%" height="100%" fill="#fff"/>
<text x="{margin}" y="24" font-size="15">{title}</text>
{lines}
<polyline points="{points}" fill="none" stroke="#0a58ca" stroke-width="1.5"/>
</svg>
"""


def line_chart(title: str, places: Sequence[float], values: Sequence[float]) -> str:
    """An SVG page.

    Args:
        places: along the horizontal axis, rising from 0.
        values: at each of them; the vertical axis begins at 0.
    """
    top = max(values) * 1.1
    across, up = (WIDTH - 2 * MARGIN) / max(places), (HEIGHT - 2 * MARGIN) / top
    points = " ".join(
        f"{MARGIN + place * across:.1f},{HEIGHT - MARGIN - value * up:.1f}"
        for place, value in zip(places, values, strict=True)
    )
    lines = [_level(top * part / 4, HEIGHT - MARGIN - top * part / 4 * up) for part in range(5)]
    lines += [
        f'<text x="{MARGIN + max(places) * part / 4 * across:.0f}" y="{HEIGHT - MARGIN + 20}" '
        f'text-anchor="middle">{max(places) * part / 4:,.0f}</text>'
        for part in range(5)
    ]
    return PAGE.format(
        width=WIDTH,
        height=HEIGHT,
        margin=MARGIN,
        title=title,
        lines="\n".join(lines),
        points=points,
    )


def _level(value: float, y: float) -> str:
    return (
        f'<line x1="{MARGIN}" x2="{WIDTH - MARGIN}" y1="{y:.0f}" y2="{y:.0f}" stroke="#ddd"/>'
        f'<text x="{MARGIN - 6}" y="{y + 4:.0f}" text-anchor="end">{value:.0f}</text>'
    )
