"""thumbor_renuo.uploads.zip_kinds: what a ZIP archive holds."""

import pytest

from tests.uploads.sample_files import archive, streamed_archive, with_mimetype
from thumbor_renuo.uploads.zip_kinds import APK, JAR, WORD, ZIP, zip_type


def test_other_files_are_no_archives() -> None:
    """Nor is half a signature."""
    assert zip_type(b"") is None
    assert zip_type(b"PK\x03") is None
    assert zip_type(b"x" + archive({"a": "b"})) is None


def test_the_kind_is_told_by_any_of_the_first_entries() -> None:
    """A program counts before a document, for it can do more."""
    assert zip_type(archive({"a": "", "word/document.xml": ""})) == WORD
    assert zip_type(archive({"word/document.xml": "", "META-INF/MANIFEST.MF": ""})) == JAR
    assert zip_type(archive({"META-INF/MANIFEST.MF": "", "AndroidManifest.xml": ""})) == APK
    assert zip_type(archive({"notword/document.xml": "", "x/word/": ""})) == ZIP
    assert zip_type(streamed_archive("a", "b", "word/c")) == WORD


def test_an_archive_tells_its_type_in_full() -> None:
    """Something behind a known type makes it an unknown one."""
    assert zip_type(with_mimetype("application/epub+zip; x")) == "application/zip"


def test_a_compressed_type_is_none() -> None:
    """It must be stored as it is (EPUB OCF 3.3, 4.3)."""
    assert zip_type(archive({"mimetype": "application/epub+zip"})) == ZIP


@pytest.mark.parametrize("end", range(0, 200, 3))
def test_an_archive_may_be_cut_anywhere(end: int) -> None:
    """Its first bytes are all that there is to see."""
    content = with_mimetype("application/epub+zip")[:end]
    assert zip_type(content) in {None, ZIP, "application/epub+zip"}
    assert zip_type(b"PK\x03\x04" + b"\xff" * end) == ZIP
