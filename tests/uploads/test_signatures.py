"""thumbor_renuo.uploads.signatures: binary formats by their first bytes."""

import pytest

from tests.uploads.sample_files import FILES, MP3
from thumbor_renuo.uploads.content_type import HEAD_BYTES
from thumbor_renuo.uploads.signatures import RECOGNISED, late_pdf_type, signature_type


@pytest.mark.parametrize("name", [name for name in FILES if name != "pdf behind other things"])
def test_a_binary_format_is_recognised(name: str) -> None:
    """Each of them, and it is among those that are said to be recognised."""
    content, media_type = FILES[name]
    assert signature_type(content) == media_type
    assert media_type in RECOGNISED or media_type.startswith("application/vnd.oasis")


def test_a_pdf_may_begin_late() -> None:
    """Within its first 1,024 bytes, as readers put up with."""
    assert late_pdf_type(b"\0" * 1016 + b"%PDF-1.4") == "application/pdf"
    assert late_pdf_type(b"\0" * 1017 + b"%PDF-1.4") is None
    assert late_pdf_type(b"\0%PDF") is None


@pytest.mark.parametrize(
    "text",
    [
        "BMW,Audi\n1,2",
        "MZ is a pair of letters",
        "GIF files are pictures",
        "GIF89a is a version",
        "AC1000,Akademie\n",
        "SQLite is a database",
        "FWS and CWS are folk",
        "LZIP",
        "8BPS",
        "ID3 is a tag",
        "OggS",
        "Rar!",
        "%!x",
        "PK\x0a",
        "βρ are letters",
        "wOFF",
        "a text that says %PDF-1.7 somewhere",
        "x = b'%PDF-1.4'",
    ],
)
def test_a_text_may_begin_with_the_letters_of_a_signature(text: str) -> None:
    """No text is taken for a binary format for two letters or four."""
    assert signature_type(text.encode()) is None
    assert late_pdf_type(text.encode()) is None


@pytest.mark.parametrize("control", [b"\0", b"\x01"])
def test_a_few_letters_are_no_signature_even_in_a_binary(control: bytes) -> None:
    """A bitmap needs its header, and MPEG audio a second frame."""
    assert signature_type(b"BM" + control * 60) is None
    assert signature_type(b"GIF" + control * 60) is None
    assert signature_type("βρ".encode() + control * 60) is None
    assert signature_type(b"SQLite" + control * 60) is None
    assert signature_type(MP3[:400]) is None
    assert signature_type(MP3[:417] + control * 400) is None


def test_a_chain_of_empty_frames_is_no_trap() -> None:
    """Zstandard's skippable frames, 8 bytes each, as deep as they fit."""
    assert signature_type(b"\x50\x2a\x4d\x18\0\0\0\0" * (HEAD_BYTES // 8)) is None
