"""thumbor_renuo.uploads.file_name: names that are safe in a key, and still the user's own."""

import re
import sys
import unicodedata
from urllib.parse import quote, unquote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from thumbor_renuo.s3.object_key import ObjectKey, decode_path
from thumbor_renuo.uploads.file_name import MAX_BYTES, safe_file_name

ZWJ, ZWNJ, VARIATION = "\u200d", "\u200c", "\ufe0f"
ACUTE, HANGUL_FILLER = "\u0301", "\u3164"

anything = st.text(st.characters(max_codepoint=sys.maxunicode), max_size=300)
nasty = st.lists(
    st.sampled_from(
        [
            *"./\\-_ aZ0+%${}&?#~é日ß\0\n\r\t\x7f\x85\"'<>|*:;",
            "..", "filename", "e" + ACUTE, ACUTE, "\u0338", "\u0345", "\u1100", "\u1161", "क्ष",
            "\ud800", "\udfff", "\u202e", "\u2066", "\u00ad", "\ufeff", "\u3000", "\u00a0",
            ZWJ, ZWNJ, VARIATION, HANGUL_FILLER, "\u115f", "\uffa0", "\U0001f468", "\U000e0041",
            "\u212b", "\ufb01", "\u0130", "b" * 30, "日" * 60, ".png",
        ]
    ),
    max_size=40,
).map("".join)  # fmt: skip
names = st.one_of(anything, nasty)
letters = st.text(
    st.characters(
        categories=["Lu", "Ll", "Lo", "Lm", "Nd"],
        exclude_characters=["\u115f", "\u1160", HANGUL_FILLER, "\uffa0"],
    ),
    min_size=1,
    max_size=40,
).filter(lambda text: unicodedata.is_normalized("NFC", text))


def faults(name: str) -> list[str]:
    """What is unsafe in a name, by rules that are written anew."""
    found = []
    if not 1 <= len(name.encode()) <= 200:
        found.append("length")
    if not unicodedata.is_normalized("NFC", name):
        found.append("not composed")
    if name[0] in ".-" or name[-1] in ".-":
        found.append("begins or ends with a dot or hyphen")
    if ".." in name or "--" in name or ".-" in name or "-." in name:
        found.append("a run of dots and hyphens")
    before = ""
    for letter in name:
        kind = unicodedata.category(letter)
        if kind[0] not in "LMN" and letter not in "._-":
            found.append(f"{letter!a} is {kind}")
        if kind[0] == "M" and unicodedata.category(before or "-")[0] not in "LMN":
            found.append(f"{letter!a} is a mark of nothing")
        if unicodedata.name(letter, "").endswith(("HANGUL FILLER", "CHOSEONG FILLER")):
            found.append(f"{letter!a} shows nothing")
        before = letter
    return found


@pytest.mark.parametrize(
    ("given_name", "expected"),
    [
        ("photo.jpg", "photo.jpg"),
        ("Ümläut ß.png", "Ümläut-ß.png"),
        ("u" + "\u0308" + "ber.png", "über.png"),
        ("日本.png", "日本.png"),
        ("صورة.jpg", "صورة.jpg"),
        ("तस्वीर.png", "तस्वीर.png"),
        ("ภาพถ่าย.gif", "ภาพถ่าย.gif"),
        ("사진.webp", "사진.webp"),
        (unicodedata.normalize("NFD", "사진.webp"), "사진.webp"),
        ("Ελλάδα.TXT", "Ελλάδα.TXT"),
        ("фото №1.jpeg", "фото-1.jpeg"),
        ("½ ² ①.png", "½-²-①.png"),
        # Invisible letters vanish; a mark that is left alone as well.
        (f"می{ZWNJ}خواهم.png", "میخواهم.png"),
        (f"र{ZWJ}्क.png", "र्क.png"),
        (f"e{ZWJ}{ACUTE}.png", "é.png"),
        (f"\U0001f468{ZWJ}\U0001f469{ZWJ}\U0001f467.png", "file.png"),
        (f"❤{VARIATION}.png", "file.png"),
        (f"sun ☀{VARIATION} day.png", "sun-day.png"),
        (f"1{VARIATION}\u20e3.png", f"1{VARIATION}\u20e3.png"),
        ("foto\u00adgraf.png", "fotograf.png"),
        ("\ufefffirst.png", "first.png"),
        ("exe\u202egnp.scr", "exegnp.scr"),
        (HANGUL_FILLER * 3 + ".png", "file.png"),
        (f"a.{ACUTE}png", "a.png"),
        # Paths and dots
        ("../../etc/passwd", "etc-passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("C:\\photos\\a.png", "C-photos-a.png"),
        ("/absolute.png", "absolute.png"),
        (".", "file"),
        ("..", "file"),
        ("/", "file"),
        ("", "file"),
        (" ", "file"),
        (".png", "file.png"),
        ("  .png", "file.png"),
        (".htaccess", "file.htaccess"),
        ("a..png", "a.png"),
        ("a.-.png", "a.png"),
        ("a.png.", "a.png"),
        ("a.png ", "a.png"),
        ("a.png\0", "a.png"),
        ("-rf", "rf"),
        ("--help.png", "help.png"),
        ("archive.tar.gz", "archive.tar.gz"),
        ("photo.jpg (1)", "photo.jpg-1"),
        # URLs and forms
        ("a+b%20c?d#e&f=g.png", "a-b-20c-d-e-f-g.png"),
        ("${filename}", "filename"),
        ("{options}.png", "options.png"),
        ("a\r\nSet-Cookie: b.png", "a-Set-Cookie-b.png"),
        ("a\u2028b\u0085c\u3000d\u00a0e.png", "a-b-c-d-e.png"),
        ('<img src="x">.svg', "img-src-x.svg"),
        ("a:b*c|d'e(f)g!h~i@j,k;l$m.png", "a-b-c-d-e-f-g-h-i-j-k-l-m.png"),
        ("\ud83d.png", "file.png"),
        # Length
        ("a" * 300 + ".jpeg", "a" * 195 + ".jpeg"),
        ("日" * 100 + ".png", "日" * 65 + ".png"),
        ("\U00020000" * 60 + ".png", "\U00020000" * 49 + ".png"),
        ("a" * 196 + "-b.png", "a" * 196 + ".png"),
        ("a.bcdefghijklmnopqrstu", "a.bcdefghijklmnopqrstu"),
        ("a" * 199 + "." + "b" * 21, "a" * 199),
        ("a" * 198 + "." + "b" * 20, "a" * 179 + "." + "b" * 20),
    ],
)
def test_a_name_is_made_safe(given_name: str, expected: str) -> None:
    """What users really have, and what attackers try."""
    assert safe_file_name(given_name) == expected
    assert faults(expected) == []


@given(names)
@example("a" * 198 + "." + "b" * 21)
@example("b" * 178 + "-.aaaa.." + "c" * 21)
@example("日" * 66 + "-" + "日.png")
@example("." + "a" * 250)
def test_any_name_becomes_safe_and_stays_so(name: str) -> None:
    """Bounded, composed, of kept letters only; a safe name is left alone."""
    safe = safe_file_name(name)
    assert faults(safe) == []
    assert safe_file_name(safe) == safe


@given(names)
def test_a_safe_name_is_the_last_component_of_a_key(name: str) -> None:
    """Our reader takes it, and it comes back from a URL as it went."""
    safe = safe_file_name(name)
    prefix = "qstu/" + "0b1c/" * 8
    key = ObjectKey.parse(f"o/foobar-develop/{prefix}{safe}")
    assert key.path == prefix + safe
    assert ObjectKey.from_image(f"u/{key.quoted}") == key
    assert unquote(quote(safe, safe="")) == decode_path(quote(safe)) == safe
    assert not re.search(r"[\s/\\+%${}?#&=\"'<>:;*|~,()]", safe)


@given(names, st.from_regex(r"[A-Za-z0-9]{1,10}", fullmatch=True))
@example("日" * 300, "jpeg")
@example("", "png")
@example("." * 300, "png")
def test_the_extension_is_kept(stem: str, extension: str) -> None:
    """However long or strange what stands before it is."""
    assert safe_file_name(f"{stem}.{extension}").endswith(f".{extension}")


@given(letters, letters)
def test_letters_of_all_scripts_are_kept(first: str, second: str) -> None:
    """Letters and digits stay as they are, blanks between words become hyphens."""
    name = f"{first} {second}"
    if len(name.encode()) + 4 <= MAX_BYTES:
        assert safe_file_name(f"{name}.png") == f"{first}-{second}.png"


@given(names)
def test_decomposed_names_are_the_same(name: str) -> None:
    """A Mac's decomposed name and its composed twin become one, where none is cut."""
    assert safe_file_name(unicodedata.normalize("NFD", name)) == safe_file_name(
        unicodedata.normalize("NFC", name)
    )


@pytest.mark.parametrize(
    "name",
    ["-" * 100_000, "." * 100_000, "-." * 50_000, ("-" * 60 + "a") * 2000, "a" + ACUTE * 100_000],
    ids=["hyphens", "dots", "both", "runs", "marks"],
)
def test_a_long_name_costs_no_more(name: str) -> None:
    """Only a bounded beginning is looked at: the rest can be anything."""
    assert safe_file_name(name) == safe_file_name(name[:4096])
    assert faults(safe_file_name(name)) == []


@pytest.mark.long
def test_every_character_is_kept_or_replaced() -> None:
    """All of Unicode, one after another, between two letters and alone."""
    for point in range(sys.maxunicode + 1):
        for name in (f"a{chr(point)}b.png", chr(point)):
            safe = safe_file_name(name)
            assert faults(safe) == [], f"U+{point:04X}"
            assert safe_file_name(safe) == safe, f"U+{point:04X}"
