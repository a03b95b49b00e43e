"""thumbor_renuo.imaging.markup: pages, SVG and XML."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thumbor_renuo.imaging.markup import markup_type


@pytest.mark.parametrize(
    ("text", "media_type"),
    [
        ("<!DOCTYPE html><p>x", "text/html"),
        ("<!doctype   HTML>", "text/html"),
        ("\n\t <html lang=de>", "text/html"),
        ("<HTML>", "text/html"),
        ("<script>alert(1)</script>", "text/html"),
        ("<script\n>", "text/html"),
        ("<script/x>", "text/html"),
        ("<!-- a comment --><script>", "text/html"),
        ("<!-- no end", "text/html"),
        ("<!--><svg>", "text/html"),
        ("<b>bold", "text/html"),
        ("<a href=x>", "text/html"),
        ("<iframe src=x>", "text/html"),
        ("<table >", "text/html"),
        ("<abbr>", None),
        ("<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml"),
        ("<svg>", "image/svg+xml"),
        ("<SVG onload=alert(1)>", "image/svg+xml"),
        ("<svg/onload=alert(1)>", "image/svg+xml"),
        ("<s:svg xmlns:s='http://www.w3.org/2000/svg'/>", "image/svg+xml"),
        ("<?xml version='1.0'?>\n<svg>", "image/svg+xml"),
        ("<?xml version='1.0'?><!-- a --><?x?><!-- b -->\n<svg>", "image/svg+xml"),
        ("<!-- a > b --><svg>", "image/svg+xml"),
        ("<!DOCTYPE svg PUBLIC '-//W3C//DTD SVG 1.1//EN' 'x.dtd'><svg>", "image/svg+xml"),
        ("<?xml version='1.0'?><!DOCTYPE svg [<!ENTITY a ']>'> ]><svg>", "image/svg+xml"),
        ("<!DOCTYPE x [<!ENTITY a '>'> ]><svg>", "image/svg+xml"),
        ("<?xml version='1.0'?><rss>", "text/xml"),
        ("<?xml version='1.0'?><!-- no end", "text/xml"),
        ("<?xml version='1.0'?>", "text/xml"),
        ("<!-- settings --><busconfig>", "text/xml"),
        ("<?xml version='1.0'?><html xmlns='x'>", "application/xhtml+xml"),
        ("<?xml version='1.0'?><!DOCTYPE html><html>", "application/xhtml+xml"),
        ("<?xml version='1.0'?><h:html>", "application/xhtml+xml"),
        ("<rss>", None),
    ],
)
@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-8", b""),
        ("utf-8", b"\xef\xbb\xbf"),
        ("utf-16-le", b"\xff\xfe"),
        ("utf-16-be", b"\xfe\xff"),
    ],
)
def test_markup_is_recognised_in_each_encoding(
    text: str, media_type: str | None, encoding: str, mark: bytes
) -> None:
    """Pages, SVG and XML, behind a byte order mark, blanks, a prolog, comments and a doctype."""
    assert markup_type(mark + text.encode(encoding)) == media_type


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_needs_no_byte_order_mark(encoding: str) -> None:
    """XML parsers tell it from the first bytes."""
    assert markup_type("<?xml version='1.0'?><svg>".encode(encoding)) == "image/svg+xml"


@given(
    st.lists(
        st.sampled_from(["<", "!--", "-->", "?", "?>", "!DOCTYPE ", "[", "]", ">", "svg", " "])
    )
)
def test_any_sequence_of_marks_has_a_kind_or_none(marks: list[str]) -> None:
    """However prologs, comments and doctypes are mixed, the reading ends."""
    kind = markup_type("".join(marks).encode())
    assert kind in {None, "text/html", "text/xml", "image/svg+xml", "application/xhtml+xml"}
