"""thumbor_renuo.uploads.content_type: declared types, and what files really are."""

import gzip
import string

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.uploads.sample_files import FILES, OOXML, branded, moving, picture
from thumbor_renuo.errors import BadRequest
from thumbor_renuo.uploads.content_type import (
    HEAD_BYTES,
    agrees,
    is_allowed,
    parse,
    settled,
    true_type,
)

WORD = OOXML + "wordprocessingml.document"
EXCEL = OOXML + "spreadsheetml.sheet"
NAME = st.text(string.ascii_letters + string.digits + "!#$%&'+-.^_`|~", min_size=1, max_size=20)


def found(content: bytes) -> str | None:
    return true_type(content[:HEAD_BYTES], len(content))


# parse


@pytest.mark.parametrize(
    ("text", "media_type"),
    [
        ("image/png", "image/png"),
        ("IMAGE/PNG", "image/png"),
        (" image/png ", "image/png"),
        ("text/html; charset=utf-8", "text/html"),
        ("text/html;charset=utf-8", "text/html"),
        ("text/html ; x", "text/html"),
        ('video/mp4; codecs="avc1.42E01E, mp4a.40.2"', "video/mp4"),
        ("image/svg+xml", "image/svg+xml"),
        (WORD, WORD),
        ("application/vnd.ms-excel.sheet.macroEnabled.12",
         "application/vnd.ms-excel.sheet.macroenabled.12"),
        ("x/" + "a" * 125, "x/" + "a" * 125),
    ],
)  # fmt: skip
def test_a_media_type_is_lower_case_and_without_parameters(text: str, media_type: str) -> None:
    """Known answers."""
    assert parse(text) == media_type


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "image", "image/", "/png", "image/png/x", "image /png", "image/ png", "ima ge/png",
        "image/*", "*/*", "image/pn\ng", "image/png\n", "\nimage/png", "image/png\r\nX: y",
        "image/p\0ng", "imäge/png", "image/png,image/gif", 'image/"png"', "image/<png>",
        "image/png(x)", ";image/png", "image\\png", "\uff49mage/png",
    ],
)  # fmt: skip
def test_what_is_no_media_type_is_refused_by_name(text: str) -> None:
    """Anything but two tokens is a bad request that names the parameter."""
    with pytest.raises(BadRequest, match="content_type"):
        parse(text)


def test_a_long_media_type_is_refused_with_the_limit() -> None:
    """128 characters are one too many."""
    with pytest.raises(BadRequest, match="content_type") as refused:
        parse("x/" + "a" * 126)
    assert refused.value.limit == 127


@given(NAME, NAME)
def test_two_tokens_are_a_media_type(one: str, other: str) -> None:
    """Each token of RFC 9110 without the wildcard is taken, and parsing twice changes nothing."""
    media_type = parse(f"{one}/{other}; a=b")
    assert media_type == f"{one}/{other}".lower()
    assert parse(media_type) == media_type


@given(st.text())
def test_any_text_is_parsed_or_refused(text: str) -> None:
    """Nothing else is raised."""
    try:
        media_type = parse(text)
    except BadRequest:
        return
    assert media_type.isascii()
    assert media_type.count("/") == 1


# is_allowed


@pytest.mark.parametrize(
    ("media_type", "patterns", "allowed"),
    [
        ("image/png", ["image/png"], True),
        ("image/png", ["image/*"], True),
        ("image/png", ["*/*"], True),
        ("image/png", ["application/pdf", "image/*"], True),
        ("image/png", ["IMAGE/PNG"], True),
        ("image/png", ["image/jpeg"], False),
        ("image/png", ["application/*"], False),
        ("image/png", [], False),
        ("image/png", ["image/pn"], False),
        ("image/png", ["image/png2"], False),
        ("image/png", ["*"], False),
        ("imagex/png", ["image/*"], False),
        ("image/jpg", ["image/jpeg"], True),
        ("image/jpeg", ["image/jpg"], True),
        ("image/apng", ["image/png"], True),
        ("application/x-zip-compressed", ["application/zip"], True),
        ("audio/mp3", ["audio/mpeg"], True),
        ("application/xml", ["text/*"], True),
    ],
)  # fmt: skip
def test_patterns_allow_types_by_any_of_their_names(
    media_type: str, patterns: list[str], allowed: bool
) -> None:
    """Exact types, a kind and all; `image/jpg` is `image/jpeg`."""
    assert is_allowed(media_type, patterns) is allowed


# true_type


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_recognised_by_its_content(name: str) -> None:
    """Each of these formats."""
    content, media_type = FILES[name]
    assert found(content) == media_type


@pytest.mark.parametrize("name", FILES)
def test_what_is_recognised_agrees_with_itself_and_not_with_an_image(name: str) -> None:
    """A file declared as what it is passes; as a JPEG, only a JPEG does."""
    _content, media_type = FILES[name]
    assert agrees(media_type, media_type)
    assert agrees("application/octet-stream", media_type)
    assert agrees("image/jpeg", media_type) is (media_type == "image/jpeg")
    assert not agrees("text/csv", media_type)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b" ",
        b"hello world",
        b"a,b,c\n1,2,3\n",
        "Grüezi".encode(),
        "Grüezi".encode("latin-1"),
        b"\xef\xbb\xbfplain text",
        "plain text".encode("utf-16"),
        "\ufeffA long enough text in UTF-16, which begins like MPEG audio".encode("utf-16-le") * 99,
        bytes(100),
        b"\x01\x02\x03\x04" * 50,
        b'{"json": true}',
        b"#!/bin/sh\nrm -rf /\n",
        b"BEGIN:VCALENDAR\r\n",
        b"# Markdown\n<p>hello</p>",
        b"1 < 2",
        b"<3",
        b"<svgx>",
        b"<!DOCTYPE",
    ],
)
def test_what_bears_no_mark_is_not_recognised(content: bytes) -> None:
    """Plain text, CSV, JSON and unknown binaries."""
    assert found(content) is None


def test_markup_behind_a_picture_does_not_count() -> None:
    """What begins as a picture is one, whatever follows."""
    assert found(picture("GIF") + b"<script>") == "image/gif"
    assert found(b"GIF89a/*\0*/=1;alert(1)") == "image/gif"


def test_only_the_beginning_is_read() -> None:
    """A root behind the first bytes is not found; what lies beyond the file is not read."""
    late = b"<?xml version='1.0'?><!--" + b"x" * HEAD_BYTES + b"--><svg/>"
    assert found(late) == "text/xml"
    assert true_type(late, len(late)) == "text/xml"
    assert true_type(b"GIF89a\0", 3) is None


@given(st.binary(max_size=2000))
def test_any_bytes_have_a_type_or_none(content: bytes) -> None:
    """Nothing is raised."""
    media_type = found(content)
    assert media_type is None or parse(media_type) == media_type


@given(
    st.sampled_from(sorted(FILES)),
    st.integers(0, 300),
    st.binary(min_size=1, max_size=8),
    st.integers(0, 400),
)
@example("zip", 26, b"\xff\xff\xff\xff", 100)
def test_damaged_files_have_a_type_or_none(name: str, at: int, change: bytes, end: int) -> None:
    """Nothing is raised, wherever a file is overwritten and cut."""
    content = FILES[name][0]
    damaged = (content[:at] + change + content[at + len(change) :])[:end]
    media_type = found(damaged)
    assert media_type is None or parse(media_type) == media_type


# agrees


@pytest.mark.parametrize(
    ("declared", "truth"),
    [
        ("image/png", "image/png"),
        ("image/jpg", "image/jpeg"),
        ("image/pjpeg", "image/jpeg"),
        ("image/apng", "image/png"),
        ("image/x-png", "image/png"),
        ("image/vnd.microsoft.icon", "image/x-icon"),
        ("image/heif", "image/heic"),
        ("image/heic", "image/heif"),
        ("image/x-adobe-dng", "image/tiff"),
        ("audio/mp3", "audio/mpeg"),
        ("audio/x-wav", "audio/wav"),
        ("audio/x-m4a", "video/mp4"),
        ("video/mp4", "video/quicktime"),
        ("video/quicktime", "video/mp4"),
        ("video/ogg", "audio/ogg"),
        ("audio/webm", "video/webm"),
        ("video/x-matroska", "video/webm"),
        ("application/x-zip-compressed", "application/zip"),
        ("application/x-rar-compressed", "application/vnd.rar"),
        ("application/x-gzip", "application/gzip"),
        ("application/zip", WORD),
        ("application/zip", "application/epub+zip"),
        ("application/zip", "application/java-archive"),
        (WORD, WORD),
        (WORD, "application/zip"),
        (EXCEL, "application/zip"),
        ("application/vnd.ms-word.document.macroenabled.12", WORD),
        (OOXML + "wordprocessingml.template", WORD),
        ("application/epub+zip", "application/zip"),
        ("application/java-archive", "application/zip"),
        ("application/vnd.android.package-archive", "application/java-archive"),
        ("application/vnd.apple.pages", "application/zip"),
        ("model/vnd.usdz+zip", "application/zip"),
        ("application/vnd.oasis.opendocument.text", "application/zip"),
        ("application/msword", "application/x-ole-storage"),
        ("application/vnd.ms-excel", "application/msword"),
        ("application/vnd.ms-outlook", "application/x-ole-storage"),
        ("application/msword", "application/rtf"),
        ("text/rtf", "application/rtf"),
        ("application/illustrator", "application/pdf"),
        ("application/postscript", "application/pdf"),
        ("text/html", "application/xhtml+xml"),
        ("application/xhtml+xml", "text/html"),
        ("text/markdown", "text/html"),
        ("application/xml", "text/xml"),
        ("application/rss+xml", "text/xml"),
        ("text/plain", "text/xml"),
        ("image/svg+xml", "image/svg+xml"),
        ("application/octet-stream", "application/x-msdownload"),
        ("binary/octet-stream", "text/html"),
        ("application/octet-stream", None),
        ("text/plain", None),
        ("text/csv", None),
        ("text/html", None),
        ("text/xml", None),
        ("application/json", None),
        ("application/x-unknown", None),
        ("image/x-unknown", None),
        ("audio/mpeg", None),
        ("application/vnd.ms-excel", None),
    ],
)
def test_content_may_be_what_was_declared(declared: str, truth: str | None) -> None:
    """Other names, containers, kin formats, and what bears no mark."""
    assert agrees(declared, truth)


@pytest.mark.parametrize(
    ("declared", "truth"),
    [
        ("image/png", None),
        ("image/jpeg", None),
        ("image/jpg", None),
        ("image/gif", None),
        ("image/webp", None),
        ("image/avif", None),
        ("image/heic", None),
        ("image/svg+xml", None),
        ("application/pdf", None),
        ("application/zip", None),
        (WORD, None),
        ("application/epub+zip", None),
        ("video/mp4", None),
        ("audio/ogg", None),
        ("application/msword", None),
        ("image/png", "text/html"),
        ("image/png", "image/jpeg"),
        ("image/png", "image/svg+xml"),
        ("image/jpeg", "application/zip"),
        ("image/jpeg", "application/x-msdownload"),
        ("image/jpeg", "application/java-archive"),
        ("image/avif", "image/heic"),
        ("image/heic", "image/avif"),
        ("image/svg+xml", "application/gzip"),
        ("image/svg+xml", "text/html"),
        ("image/svg+xml", "text/xml"),
        ("text/xml", "image/svg+xml"),
        ("application/rss+xml", "image/svg+xml"),
        ("application/xml", "application/xhtml+xml"),
        ("text/html", "image/svg+xml"),
        ("text/html", "text/xml"),
        ("text/plain", "text/html"),
        ("text/plain", "application/xhtml+xml"),
        ("text/plain", "image/svg+xml"),
        ("text/plain", "application/pdf"),
        ("text/plain", "application/x-executable"),
        ("text/csv", "text/html"),
        ("text/csv", EXCEL),
        ("text/markdown", "image/svg+xml"),
        ("application/json", "text/html"),
        ("application/json", "application/zip"),
        ("application/zip", "application/gzip"),
        ("application/zip", "application/x-msdownload"),
        (WORD, EXCEL),
        (EXCEL, WORD),
        (WORD, "application/msword"),
        (WORD, "application/java-archive"),
        ("application/msword", WORD),
        ("application/pdf", "application/postscript"),
        ("application/pdf", "text/html"),
        ("audio/mpeg", "application/x-executable"),
        ("video/webm", "video/x-matroska"),
        ("video/mp4", "video/webm"),
        ("image/x-unknown", "application/zip"),
    ],
)
def test_content_may_not_be_what_was_declared(declared: str, truth: str | None) -> None:
    """Another format, or no sign of one that would bear it."""
    assert not agrees(declared, truth)


@pytest.mark.parametrize(
    ("declared", "content", "does"),
    [
        ("image/png", b"<!DOCTYPE html><script>alert(1)</script>", False),
        ("image/png", picture("PNG"), True),
        ("image/png", moving("PNG"), True),
        ("image/apng", moving("PNG"), True),
        ("image/jpeg", FILES["zip"][0], False),
        ("image/svg+xml", gzip.compress(b"<svg/>"), False),
        ("text/html", b"plain", True),
        ("text/plain", b"<svg onload=alert(1)>", False),
        ("audio/mp4", branded(b"isom", b"mp42"), True),
        ("text/plain", "<html>".encode("utf-16"), False),
    ],
)
def test_content_is_compared_with_the_declaration(
    declared: str, content: bytes, does: bool
) -> None:
    """From bytes to the answer."""
    assert agrees(declared, found(content)) is does


# settled


@pytest.mark.parametrize(
    ("declared", "truth", "type_to_go_by"),
    [
        (WORD, "application/zip", WORD),
        ("audio/mp4", "video/mp4", "audio/mp4"),
        ("image/jpg", "image/jpeg", "image/jpeg"),
        ("image/apng", "image/png", "image/png"),
        ("image/x-adobe-dng", "image/tiff", "image/x-adobe-dng"),
        ("text/csv", None, "text/csv"),
        ("application/octet-stream", "image/png", "image/png"),
        ("binary/octet-stream", "text/html", "text/html"),
        ("application/octet-stream", None, "application/octet-stream"),
        ("binary/octet-stream", None, "application/octet-stream"),
    ],
)
def test_the_more_telling_type_is_gone_by(
    declared: str, truth: str | None, type_to_go_by: str
) -> None:
    """The declared one, or where that is generic the found one."""
    assert settled(declared, truth) == type_to_go_by
