"""thumbor_renuo.delivery.media_type: what originals are served as."""

from email.message import Message

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thumbor_renuo.delivery.media_type import image_headers, protective_headers, served_type

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
    assert protective_headers(media_type).items() >= SANDBOX.items()


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
    assert protective_headers("text/html").items() >= SANDBOX.items()


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


@pytest.mark.parametrize("media_type", ["text/css", "text/csv; charset=utf-8", "text/vtt"])
def test_other_texts_are_shown_in_a_sandbox(media_type: str) -> None:
    """They are not offered as a file."""
    assert protective_headers(media_type, "o/app/a/x.csv") == SANDBOX


def disposition(name: str) -> str:
    return protective_headers("image/svg+xml", f"o/app/a/{name}")["Content-Disposition"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("logo.svg", 'attachment; filename="logo.svg"'),
        ("a b.svg", 'attachment; filename="a b.svg"'),
        (
            "Ümlaut €.svg",
            "attachment; filename=\"_mlaut _.svg\"; filename*=UTF-8''%C3%9Cmlaut%20%E2%82%AC.svg",
        ),
        ('a"b\\c.svg', 'attachment; filename="a_b_c.svg"'),
        ("50%41.svg", "attachment; filename=\"50_41.svg\"; filename*=UTF-8''50%2541.svg"),
        ("a';b*.svg", 'attachment; filename="a\';b*.svg"'),
        ("\u202egpj.exe", 'attachment; filename="_gpj.exe"'),
        ("a\r\nSet-Cookie: b", 'attachment; filename="a__Set-Cookie_ b"'),
        ("\ud800.svg", 'attachment; filename="_.svg"'),
        ("", "attachment"),
    ],
)
def test_what_is_active_is_offered_as_a_file(name: str, value: str) -> None:
    """Under its own name (RFC 6266), without what could end the header or hide the name's end."""
    assert disposition(name) == value


@given(st.text())
def test_no_name_leaves_its_header(name: str) -> None:
    """Whatever a file is called, the header is one line of ASCII with one name in it."""
    value = disposition(name)
    assert value.isascii()
    assert value.isprintable()
    message = Message()
    message["Content-Disposition"] = value
    assert message.get_content_disposition() == "attachment"
    assert {key for key, _ in message.get_params(header="Content-Disposition")} <= {
        "attachment",
        "filename",
        "filename*",
    }


@pytest.mark.parametrize("kind", ["image/png", "video/mp4", "audio/mpeg", "application/pdf"])
def test_what_a_browser_shows_is_not_offered_as_a_file(kind: str) -> None:
    """Pictures, films and PDF open in place."""
    assert protective_headers(kind, "o/app/a/x") == {}


def test_other_pages_may_embed_and_measure_an_image() -> None:
    """Everything about it is public; its pixels where the app says so."""
    plain, readable = image_headers(cors=False), image_headers(cors=True)
    assert plain == {
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Timing-Allow-Origin": "*",
    }
    assert readable.items() > plain.items()
    assert readable["Access-Control-Allow-Origin"] == "*"
    assert "Content-Range" in readable["Access-Control-Expose-Headers"]
