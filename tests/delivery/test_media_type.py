"""thumbor_renuo.delivery.media_type: what originals are served as."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thumbor_renuo.delivery.media_type import protective_headers, served_type

SANDBOX = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox"}


@pytest.mark.parametrize("stored", ["binary/octet-stream", "application/octet-stream", ""])
@pytest.mark.parametrize(
    ("name", "served"),
    [
        ("x.jpg", "image/jpeg"),
        ("x.jpeg", "image/jpeg"),
        ("x.png", "image/png"),
        ("x.gif", "image/gif"),
        ("x.JPG", "image/jpeg"),
        (".png", "image/png"),
        ("a.b.gif", "image/gif"),
        ("x.webp", "image/webp"),
        ("x.avif", "image/avif"),
    ],
)
def test_an_image_without_a_type_gets_that_of_its_extension(
    stored: str, name: str, served: str
) -> None:
    """The old clients upload without a type; the extension tells it."""
    assert served_type(f"o/app/{name}", stored) == served


@pytest.mark.parametrize("name", ["x.pdf", "x.html", "x.svg", "x", "jpg", "x.jpg.exe", "x.jpg/y"])
@pytest.mark.parametrize(
    ("stored", "served"),
    [
        ("binary/octet-stream", "binary/octet-stream"),
        ("application/octet-stream", "application/octet-stream"),
        ("", "binary/octet-stream"),
    ],
)
def test_other_files_without_a_type_stay_generic(name: str, stored: str, served: str) -> None:
    """Only images are guessed: never a page, a script or an SVG."""
    assert served_type(f"o/app/{name}", stored) == served


@pytest.mark.parametrize(
    "stored",
    [
        "image/png",
        "text/html",
        "image/svg+xml",
        "application/vnd.ms-excel",
        "text/plain; charset=utf-8",
        "text/plain;charset=utf-8",
        "video/mp4; codecs=avc1.42",
        "multipart/x; a=b; c=d",
    ],
)
def test_a_stored_type_outranks_the_extension(stored: str) -> None:
    """What was stored with a type is served with it."""
    assert served_type("o/app/x.jpg", stored) == stored


@pytest.mark.parametrize(
    "stored",
    [
        "image",
        "image/",
        "/png",
        "image/png/x",
        "image/png\r\nSet-Cookie: a=b",
        "image/png\nX: y",
        "text/html\n",
        "text/html\r",
        "text/html;",
        "text/html; charset",
        "text/html, text/plain",
        "text/html; a=b\r\n\r\n<script>",
        "a b/c",
        " text/html",
        "x" * 1000,
    ],
)
def test_a_faulty_stored_type_is_not_repeated(stored: str) -> None:
    """What is no media type, line ends above all, never reaches a header."""
    assert served_type("o/app/x.jpg", stored) == "application/octet-stream"


@given(st.text(), st.text("ab/;= \r\n", max_size=20))
def test_a_served_type_is_never_empty(key: str, stored: str) -> None:
    """Whatever is stored, the answer has one type with one slash."""
    assert served_type(key, stored).count("/") == 1


@pytest.mark.parametrize(
    "media_type",
    [
        "text/html",
        "text/html; charset=utf-8",
        "application/xhtml+xml",
        "image/svg+xml",
        "image/svg+xml; charset=utf-8",
        "image/svg",
        "application/xml",
        "text/xml",
        "application/javascript",
        "text/css",
        "application/pdfx",
        "application/octet-stream",
        "binary/octet-stream",
        "multipart/x-mixed-replace",
        "ximage/png",
    ],
)
def test_what_may_run_scripts_is_put_in_a_sandbox(media_type: str) -> None:
    """Pages, SVG, XML and whatever is unknown run no script on the CDN's host."""
    assert protective_headers(media_type) == SANDBOX


@pytest.mark.parametrize(
    "media_type",
    [
        "image/jpeg",
        "image/png",
        "image/gif",
        "image/webp",
        "image/avif",
        "video/mp4",
        "video/mp4; codecs=avc1",
        "audio/mpeg",
        "application/pdf",
        "text/plain",
        "text/plain; charset=utf-8",
    ],
)
def test_what_runs_no_scripts_stays_free(media_type: str) -> None:
    """Images, sound, film, PDF and plain text get no header."""
    assert protective_headers(media_type) == {}


def test_each_answer_has_headers_of_its_own() -> None:
    """A caller that changes its headers changes nobody else's."""
    protective_headers("text/html").clear()
    assert protective_headers("text/html") == SANDBOX


@pytest.mark.parametrize(
    "stored", ["image/SVG+xml", "Image/svg+xml", "image/x+xml", "video/x+xml", "text/plain+xml"]
)
def test_no_spelling_of_xml_leaves_the_sandbox(stored: str) -> None:
    """Types are compared in any case, and a browser parses any +xml."""
    assert protective_headers(served_type("o/app/x", stored)) != {}


@pytest.mark.parametrize("stored", ["text/plain;\r\na=b", "text/plain\n;a=b", "text/é"])
def test_a_type_with_line_ends_is_not_served(stored: str) -> None:
    """What is no type cannot become a header."""
    assert served_type("o/app/x", stored) == "application/octet-stream"


def test_a_quoted_parameter_is_kept() -> None:
    """RFC 9110, 5.6.6 allows it."""
    stored = 'text/plain; charset="utf-8"'
    assert served_type("o/app/x", stored) == stored
