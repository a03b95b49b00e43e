"""thumbor_renuo.imaging.svg_references: URLs and style sheets that stay inside the file."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thumbor_renuo.imaging.svg_references import css_fault, reference_fault


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("#a", None),
        ("  #a", None),
        ("", None),
        (" \t\n", None),
        ("data:image/png,x", None),
        ("d\nata:image/png;base64,AA", None),
        ("data:image/svg+xml,x", "data URL"),
        ("data:font/woff2,x", "data URL"),
        ("data:image/png", "data URL"),
        ("javascript:#a", "script URL"),
        ("\x01javascript:x", "script URL"),
        ("?x#a", "external reference"),
        ("a", "external reference"),
        ("http:#a", "external reference"),
        ("about:blank", "external reference"),
        ("\u00a0#a", "external reference"),
    ],
)
def test_a_reference_stays_inside_the_file(url: str, fault: str | None) -> None:
    """Known answers."""
    assert reference_fault(url) == fault


@pytest.mark.parametrize(
    ("css", "fault"),
    [
        ("", None),
        ("fill:red", None),
        ("url(#a)", None),
        ("url(#a) url('#b') url(\"#c\")", None),
        ("url(data:font/woff;base64,AA)", None),
        ("url()", None),
        ("curl(a)", "external reference"),
        ("url(a", "external reference"),
        ("\\75rl(a)", "external reference"),
        ("\\0url(a)", "external reference"),
        ("ur\\\nl(a)", "external reference"),
        ("\\110000url(a)", "external reference"),
        ("-webkit-image-set('a' 1x)", "external reference"),
        ("@import", "@import"),
        ("@important", None),
    ],
)
def test_a_style_sheet_stays_inside_the_file(css: str, fault: str | None) -> None:
    """Known answers, with escapes."""
    assert css_fault(css) == fault


@given(st.text(max_size=50))
def test_a_link_to_elsewhere_is_never_missed(path: str) -> None:
    """Whatever follows a host."""
    assert reference_fault(f"https://example.com/{path}") == "external reference"
