"""The chart shows all of a series."""

from xml.etree import ElementTree as ET

from tests.long.chart import HEIGHT, MARGIN, WIDTH, line_chart


def test_a_line_within_its_frame() -> None:
    """One point for each value, from the left edge to the right one, the largest on top."""
    page = ET.fromstring(line_chart("memory, MB", [0, 50, 100], [10, 40, 20]))
    (line,) = page.iter("{http://www.w3.org/2000/svg}polyline")
    points = [tuple(map(float, point.split(","))) for point in line.attrib["points"].split()]
    assert [x for x, _ in points] == [MARGIN, WIDTH / 2, WIDTH - MARGIN]
    assert min(points, key=lambda point: point[1]) == points[1]
    assert all(MARGIN < y < HEIGHT - MARGIN for _, y in points)
