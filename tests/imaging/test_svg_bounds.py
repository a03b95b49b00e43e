"""thumbor_renuo.imaging.svg_bounds: SVGs that can be drawn."""

import pytest

from thumbor_renuo.errors import TooLarge, UnreadableImage
from thumbor_renuo.imaging.svg import MAX_SVG_BYTES
from thumbor_renuo.imaging.svg_bounds import MAX_DEPTH, MAX_DRAWN, MAX_ELEMENTS, read_safe

PIXELS = "data:image/png;base64,iVBORw0KGgo="


def svg(content: str) -> bytes:
    space = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    return f'<svg {space} viewBox="0 0 4 3">{content}</svg>'.encode()


def laughs(refer: str, levels: int = 9, times: int = 10) -> str:
    """Groups that each refer to the one before so many times."""
    groups = (
        f'<g id="a{level}">{refer.format(f"a{level - 1}") * times}</g>'
        for level in range(1, levels)
    )
    return '<g id="a0"><rect/></g>' + "".join(groups)


@pytest.mark.parametrize("content", [
    "", "<rect/>" * 1000, "<g>" * 100 + "</g>" * 100,
    '<g id="a"><rect/></g>' + '<use href="#a"/><use xlink:href="#a"/>' * 1000,
    '<linearGradient id="a"><stop/></linearGradient>' + '<rect fill="url(#a)"/>' * 20_000,
    '<linearGradient id="a" href="#b"/><linearGradient id="b" href="#a"/>',
    f'<image href="{PIXELS}"/>', '<image href="data:image/jpeg;base64,AA"/>',
    '<use href="#missing"/>', '<style>rect{fill:url(#a)}</style><pattern id="a"/><rect/>',
    laughs('<use href="#{}"/>', levels=4),
])  # fmt: skip
def test_a_picture_may_be_drawn(content: str) -> None:
    """Shapes, references, gradients and pictures."""
    assert read_safe(svg(content))[:2] == (4, 3)


@pytest.mark.parametrize("content", [
    "<script/>", '<image href="http://example.com/a.png"/>', '<image href="file:///a.png"/>',
    '<use href="a.svg#b"/>', '<rect fill="url(a.svg#b)"/>', "<style>@import 'a.css';</style>",
    '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="a"/>', "<foreignObject/>",
    '<image href="data:image/svg+xml,x"/>', '<image href=" data:image/webp;base64,AA"/>',
    '<image href="data:image/gif;base64,AA"/>', '<g onload="x"/>',
])  # fmt: skip
def test_what_runs_or_fetches_is_refused(content: str) -> None:
    """And all pictures within that are neither PNG nor JPEG."""
    with pytest.raises(UnreadableImage, match="SVG"):
        read_safe(svg(content))


def test_entities_are_refused() -> None:
    """Whatever they stand for."""
    declared = b'<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    with pytest.raises(UnreadableImage):
        read_safe(declared + svg("&a;"))


@pytest.mark.parametrize("refer", [
    '<use href="#{}"/>', '<use xlink:href=" #{} "/>', '<rect fill="url(#{})"/>',
    '<rect style="fill: url( \'#{}\' )"/>', '<rect mask="url(#{})"/>',
])  # fmt: skip
def test_repetitions_are_bounded(refer: str) -> None:
    """However one group refers to another; nine levels of ten are a hundred million."""
    with pytest.raises(TooLarge) as refused:
        read_safe(svg(laughs(refer) + '<use href="#a8"/>'))
    assert refused.value.limit == MAX_DRAWN


@pytest.mark.parametrize("content", [
    '<g id="a"><use href="#a"/></g>',
    '<g id="a"><use href="#b"/></g><g id="b"><use href="#a"/></g>',
    '<pattern id="a"><rect fill="url(#a)"/></pattern><rect fill="url(#a)"/>',
])  # fmt: skip
def test_what_refers_to_itself_is_refused(content: str) -> None:
    """It has no end."""
    with pytest.raises(TooLarge):
        read_safe(svg(content))


def test_a_long_chain_of_references_is_refused() -> None:
    """Each leads to the next."""
    chain = "".join(f'<g id="a{n}"><use href="#a{n + 1}"/></g>' for n in range(MAX_DEPTH + 5))
    with pytest.raises(TooLarge):
        read_safe(svg(chain))


@pytest.mark.parametrize(
    ("content", "limit"),
    [
        ("<g/>" * MAX_ELEMENTS, MAX_ELEMENTS),
        ("<g>" * MAX_DEPTH + "</g>" * MAX_DEPTH, MAX_DEPTH),
        ("<!--" + "x" * MAX_SVG_BYTES + "-->", MAX_SVG_BYTES),
    ],
)
def test_elements_levels_and_bytes_are_bounded(content: str, limit: int) -> None:
    """The error names the limit."""
    with pytest.raises(TooLarge) as refused:
        read_safe(svg(content))
    assert refused.value.limit == limit
