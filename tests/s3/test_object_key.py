"""thumbor_renuo.s3.object_key: the keys that are let through to S3."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thumbor_renuo.errors import InvalidPath
from thumbor_renuo.s3.object_key import ObjectKey, decode_path

FORM = "the key is not of the form o/<app>/<prefix>/<name>"
COMPONENT = "the key has an empty, '.' or '..' component"
CONTROL = "the key has a control character"

components = st.text(
    st.characters(exclude_characters="/", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=12
).filter(lambda part: part not in {".", ".."})
keys = st.lists(components, min_size=2, max_size=8).map(lambda parts: "o/" + "/".join(parts))


@pytest.mark.parametrize(
    ("raw", "decoded"),
    [
        ("a/b.jpg", "a/b.jpg"),
        ("a%2Fb", "a/b"),
        ("%2541", "%41"),
        ("%252e%252e", "%2e%2e"),
        ("a+b", "a+b"),
        ("a%20b", "a b"),
        ("%C3%A4", "ä"),
        ("%c3%a4", "ä"),
        ("Ã¤", "ä"),  # the two bytes of ä, read as Latin-1
        ("Ã%A4", "ä"),
        ("%E6%97%A5", "日"),
        ("100%", "100%"),
        ("%zz", "%zz"),
        ("", ""),
    ],
)
def test_a_path_is_decoded_once(raw: str, decoded: str) -> None:
    """Percent signs are decoded once, raw bytes of UTF-8 are taken as they are."""
    assert decode_path(raw) == decoded


@pytest.mark.parametrize("raw", ["%ff", "a%C3", "%C3%28", "ä", "%ED%A0%80", "%C0%AF", "日"])
def test_what_is_not_utf8_is_refused(raw: str) -> None:
    """Broken, overlong and surrogate sequences are no path."""
    with pytest.raises(InvalidPath, match=r"^the path is not UTF-8$"):
        decode_path(raw)


@given(st.text(st.characters(max_codepoint=255)))
def test_any_request_line_decodes_or_is_refused(raw: str) -> None:
    """Every sequence of bytes is a text or an InvalidPath."""
    try:
        decoded = decode_path(raw)
    except InvalidPath:
        return
    decoded.encode("utf-8")


@pytest.mark.parametrize(
    ("key", "app", "path"),
    [
        ("o/app/x", "app", "x"),
        ("o/app/qstu/0b1c/x.jpg", "app", "qstu/0b1c/x.jpg"),
        ("o/app/o/app/x", "app", "o/app/x"),
        ("o/app/...", "app", "..."),
        ("o/app/.hidden", "app", ".hidden"),
        ("o/app/a b", "app", "a b"),
        ("o/app/日本.png", "app", "日本.png"),
        ("o/app/%2e%2e", "app", "%2e%2e"),
        ("o/app/a\\..\\b", "app", "a\\..\\b"),
        ("o/äpp/x?y#z", "äpp", "x?y#z"),
    ],
)
def test_a_good_key_is_split(key: str, app: str, path: str) -> None:
    """The app and the rest are told apart, and the key stays what it was."""
    parsed = ObjectKey.parse(key)
    assert (parsed.app, parsed.path, str(parsed)) == (app, path, key)


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("", FORM),
        ("o", FORM),
        ("o/", FORM),
        ("o/app", FORM),
        ("o/app/", FORM),
        ("o//x", FORM),
        ("O/app/x", FORM),
        ("x/app/x", FORM),
        ("/o/app/x", FORM),
        ("oo/app/x", FORM),
        ("o/app/a//b", COMPONENT),
        ("o/app//b", COMPONENT),
        ("o/app/b/", COMPONENT),
        ("o/app/./b", COMPONENT),
        ("o/app/..", COMPONENT),
        ("o/app/../other/x", COMPONENT),
        ("o/../x", COMPONENT),
        ("o/./x", COMPONENT),
        ("o/app/a\x00b", CONTROL),
        ("o/app/a\nb", CONTROL),
        ("o/app/a\r\nX: y", CONTROL),
        ("o/a\x1fpp/b", CONTROL),
        ("o/app/\x7f", CONTROL),
        ("o/app/\x85", CONTROL),
        ("o/app/\x9f", CONTROL),
    ],
)
def test_a_bad_key_is_refused(key: str, message: str) -> None:
    """The error says which rule the key breaks."""
    with pytest.raises(InvalidPath, match=f"^{re.escape(message)}$"):
        ObjectKey.parse(key)


@pytest.mark.parametrize("character", ["x", "ä", "日", "😀"])
def test_a_key_has_at_most_1024_bytes(character: str) -> None:
    """Bytes of UTF-8 count, not characters: 1,024 pass and 1,025 do not."""
    count, rest = divmod(1024 - len("o/app/"), len(character.encode()))
    longest = "o/app/" + "x" * rest + character * count
    assert len(longest.encode()) == 1024
    assert str(ObjectKey.parse(longest)) == longest
    with pytest.raises(InvalidPath, match=r"^the key has 1025 bytes, at most 1024") as caught:
        ObjectKey.parse(longest + "x")
    assert caught.value.limit == 1024


@given(keys)
def test_parsing_a_key_again_is_the_identity(key: str) -> None:
    """Each well-formed key is accepted, and its text parses to the same key."""
    parsed = ObjectKey.parse(key)
    assert str(parsed) == key
    assert ObjectKey.parse(str(parsed)) == parsed


@given(st.text("o/.a\x00\n%", max_size=12).map("o/a".__add__) | st.text())
def test_no_accepted_key_leaves_its_folder(text: str) -> None:
    """What is accepted has no '.', '..', empty component or control character."""
    try:
        key = ObjectKey.parse(text)
    except InvalidPath:
        return
    assert str(key) == text
    assert not {"", ".", ".."} & set(text.split("/"))
    assert "/" not in key.app
    assert all(character >= " " and not "\x7f" <= character <= "\x9f" for character in text)


@given(keys)
def test_a_quoted_key_decodes_back(key: str) -> None:
    """`quoted` is plain ASCII for a URL's path and means the same key."""
    quoted = ObjectKey.parse(key).quoted
    assert re.fullmatch(r"[A-Za-z0-9_.~/-]*(%[0-9A-F]{2}[A-Za-z0-9_.~/-]*)*", quoted)
    assert decode_path(quoted) == key


def test_a_slash_stays_and_the_rest_is_quoted() -> None:
    """The known answer: blanks, percent signs and umlauts are encoded, slashes are not."""
    assert ObjectKey.parse("o/app/ä %/x?.jpg").quoted == "o/app/%C3%A4%20%25/x%3F.jpg"
