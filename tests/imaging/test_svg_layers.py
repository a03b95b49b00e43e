"""What librsvg may hold of an SVG at once."""

import pytest

from thumbor_renuo.imaging.svg_bounds import read_safe


def svg(content: str) -> bytes:
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 3">{content}</svg>'.encode()


@pytest.mark.parametrize(("content", "expected"), [
    ("<rect/>", 0),
    ('<rect fill-opacity=".5" style="stroke-opacity:.5"/>', 0),
    ('<g opacity=".5"><g style="opacity:.5"/></g>', 2),
    ('<filter id="f"><feOffset/><feFlood/></filter><g filter="url(#f)"/>', 4),
    ('<mask id="m"/><g mask="url(#m)"/>', 2),
    ("<style>g{opacity:.5}</style><g><g/></g>", 3),
    ('<style>g{opacity:.5}</style><g><use href="#a"/></g>', 6),
    ("<style>g{fill:red}</style><g><g/></g>", 0),
])  # fmt: skip
def test_what_is_drawn_by_itself_counts(content: str, expected: int) -> None:
    """In whatever way it is asked for."""
    assert read_safe(svg(content)).layers == expected


def test_the_encoding_does_not_matter() -> None:
    """It may have two bytes for each character."""
    assert read_safe(svg('<g opacity=".5"/>').decode().encode("utf-16")).layers == 1
