"""thumbor_renuo.delivery.path_signature: tokens of private apps' paths."""

from base64 import urlsafe_b64decode
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thumbor_renuo.apps import App, Key, digest
from thumbor_renuo.delivery.path_signature import (
    MAX_SECONDS,
    TOKEN,
    sign,
    split,
    verify,
    width_scope,
)
from thumbor_renuo.errors import Expired, Forbidden, InvalidPath
from thumbor_renuo.s3.object_key import ObjectKey

SECRET = digest("98765")
APP = App("shop", "live", "12345678", "98765")
KEY = ObjectKey("shop-live", "ab12/Hüte.jpg")
ENDS = 1_800_000_000
NOW = ENDS - 600.0
# By `openssl dgst -sha256 -mac HMAC`.
VECTORS = {
    "o": "lIjK-fpMnzCfdvrx4pHJqXzJg9duEYpwSp-hpXyHP8o",
    "t": "DwKLYVb8XUkuN5FRsBWdzmX-2O8wGcuEjImBcs9SbGs",
    "a": "3NtGYrspvVXohoUL463adt01agzHSemxq2Qq3fasOUo",
    "w320-640": "ug-7b1kX9QhIvtTYXuQ5g1VkWSHYjp2NXrpRqLa-KNw",
}
Wanted = Literal["original", "thumbnail"]
components = st.text(
    st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="/"), min_size=1, max_size=9
).filter(lambda text: text not in {".", ".."})
object_keys = st.builds(
    ObjectKey, st.just("shop-live"), st.lists(components, min_size=1, max_size=4).map("/".join)
)
scopes = st.sampled_from("ota") | st.sets(st.integers(1, 65535), min_size=1, max_size=32).map(
    width_scope
)


def token(scope: str = "t", *, ends: int = ENDS, key: ObjectKey = KEY, of: str = SECRET) -> str:
    """A token that counts, unless something is changed."""
    return sign(of, key, ends, scope)


def check(given: str, wants: Wanted = "thumbnail", **changes: Any) -> float:
    """Verify for the app and the object of the tests."""
    asked: dict[str, Any] = {"app": APP, "key": KEY, "now": NOW, **changes}
    app, key = asked.pop("app"), asked.pop("key")
    return verify(app, given, key, wants=wants, **asked)


# -- splitting ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("/o/shop-live/ab12/x", ("", "/o/shop-live/ab12/x")),
        ("/t/s/u/o/shop-live/x", ("", "/t/s/u/o/shop-live/x")),
        ("/s", ("", "/s")),
        ("/S/a/o/x", ("", "/S/a/o/x")),
        ("/s/a.b/o/shop-live/x", ("a.b", "/o/shop-live/x")),
        ("/s/a/t/9x9/u/o/shop-live/x", ("a", "/t/9x9/u/o/shop-live/x")),
        ("/s/a/t/u/o/shop-live/x", ("a", "/t/u/o/shop-live/x")),
        ("/s/a/thumb/9x9/u/o/shop-live/x%2F", ("a", "/thumb/9x9/u/o/shop-live/x%2F")),
        ("/s/%41/o/x", ("%41", "/o/x")),
    ],
)
def test_a_path_is_split_at_its_token(path: str, found: tuple[str, str]) -> None:
    """Nothing is decoded; a path without a token stays as it is."""
    assert split(path) == found


@pytest.mark.parametrize(
    "path",
    ["/s/", "/s//o/x", "/s/a", "/s/a/", "/s/a/o", "/s/a/r/x", "/s/a/s/b/o/x", "/s/a//o/x",
     "/s/a/ping", "/s/a/%6F/x", "/s/a/unsafe/x", "/s/o/"],
)  # fmt: skip
def test_a_token_stands_before_an_image_s_path(path: str) -> None:
    """Before anything else, and without anything behind it, it is refused."""
    with pytest.raises(InvalidPath, match="not of the form /s/<token>"):
        split(path)


# -- signing --------------------------------------------------------------------------------------


@pytest.mark.parametrize("scope", VECTORS)
def test_tokens_are_known(scope: str) -> None:
    """Key id, end, scope and signature are those that another program makes."""
    assert token(scope) == f"79737ac4.{ENDS}.{scope}.{VECTORS[scope]}"


@pytest.mark.parametrize(
    "scope",
    ["", "x", "ot", "w", "w0", "w0320", "w320-", "w-320", "w320--640", "w123456", "w320,640",
     "W320", "t\n", "w" + "-".join(["1"] * 33), "w\N{ARABIC-INDIC DIGIT THREE}"],
)  # fmt: skip
def test_a_scope_of_another_form_is_not_signed(scope: str) -> None:
    """Nothing is made that verifying would not read."""
    with pytest.raises(ValueError, match="no time and scope"):
        token(scope)


@pytest.mark.parametrize("ends", [0, -1, 10**12, 1.5])
def test_an_end_of_another_form_is_not_signed(ends: Any) -> None:
    """It is a whole number of seconds."""
    with pytest.raises(ValueError, match="no time and scope"):
        token(ends=ends)


@pytest.mark.parametrize("secret", ["", "98765", "z" * 64])
def test_a_key_that_is_no_digest_does_not_sign(secret: str) -> None:
    """Neither a private key itself nor nothing is taken for one."""
    with pytest.raises(ValueError):
        token(of=secret)


@pytest.mark.parametrize(
    ("widths", "scope"),
    [([320], "w320"), ([640, 320, 640], "w320-640"), ([1, 65535], "w1-65535")],
)
def test_widths_are_put_in_order(widths: list[int], scope: str) -> None:
    """Equal sets have one scope."""
    assert width_scope(widths) == scope


@pytest.mark.parametrize("widths", [[], [0], [-1], [65536], range(1, 34)])
def test_widths_have_bounds(widths: Any) -> None:
    """So that a token stays short."""
    with pytest.raises(ValueError, match="1 to 32 widths of 1 to 65535"):
        width_scope(widths)


# -- verifying ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scope", "original", "free", "width"),
    [("o", True, False, False), ("t", False, True, True), ("a", True, True, True),
     ("w320-640", False, False, True)],
)  # fmt: skip
def test_a_scope_covers_what_it_says(scope: str, original: bool, free: bool, width: bool) -> None:
    """The original, any thumbnail, or thumbnails of these widths."""
    asked: list[tuple[bool, Wanted, str | None]] = [
        (original, "original", None), (free, "thumbnail", None), (free, "thumbnail", "300"),
        (width, "thumbnail", "320"),
    ]  # fmt: skip
    for covered, wants, side in asked:
        if covered:
            assert check(token(scope), wants, width=side) == 600
        else:
            with pytest.raises(Forbidden, match="the signature covers"):
                check(token(scope), wants, width=side)


@pytest.mark.parametrize("width", ["640", "0640"])
def test_each_of_the_widths_is_covered(width: str) -> None:
    """However many there are."""
    assert check(token("w320-640-1280"), width=width)


@pytest.mark.parametrize("width", [None, "", "0", "orig", "64", "32", "320-640", "-320", "320 "])
def test_no_other_width_is_covered(width: str | None) -> None:
    """No part of one, none at all, and not the original's; the error says which are."""
    with pytest.raises(Forbidden, match="covers the widths 320, 640"):
        check(token("w320-640"), width=width)


@pytest.mark.parametrize("scope", "ta")
def test_a_watermark_of_the_visitor_s_is_not_covered(scope: str) -> None:
    """One object is signed; as its watermark, any other could be looked at."""
    with pytest.raises(Forbidden, match="no watermark or frame"):
        check(token(scope), other_images=["o/shop-live/ab12/secret.jpg"])


def test_a_token_counts_until_its_end() -> None:
    """It has ended at its last second, and says so."""
    assert check(token(), now=ENDS - 0.5) == 0.5
    for now in (ENDS, ENDS + 1.0):
        with pytest.raises(Expired, match="has expired"):
            check(token(), now=now)


def test_a_token_ends_within_a_year() -> None:
    """What could never be withdrawn but by a new key is not taken."""
    assert check(token(), now=ENDS - MAX_SECONDS) == MAX_SECONDS
    with pytest.raises(Forbidden, match="more than 366 days") as refused:
        check(token(), now=ENDS - MAX_SECONDS - 1)
    assert refused.value.limit == MAX_SECONDS


def test_a_path_without_a_token_is_refused() -> None:
    """The error says what is missing."""
    with pytest.raises(Forbidden, match="under signed paths only"):
        check("", "original")


def hostile_tokens() -> dict[str, str]:
    """Tokens that nobody has signed, by what is wrong with them."""
    good = token("w320")
    key_id, ends, scope, signature = good.split(".")
    sibling = signature[:-1] + chr(ord(signature[-1]) + 1)
    assert urlsafe_b64decode(sibling + "=") == urlsafe_b64decode(signature + "=")
    return {
        "a later end": f"{key_id}.{int(ends) + 1}.{scope}.{signature}",
        "a wider scope": f"{key_id}.{ends}.a.{signature}",
        "one more width": f"{key_id}.{ends}.w320-640.{signature}",
        "another key id": f"00000000.{ends}.{scope}.{signature}",
        "a capital key id": good.upper(),
        "a private key as id": f"98765.{ends}.{scope}.{signature}",
        "no signature": f"{key_id}.{ends}.{scope}.",
        "no key id": f".{ends}.{scope}.{signature}",
        "three parts": f"{key_id}.{ends}.{scope}",
        "five parts": good + ".x",
        "a zero before the end": f"{key_id}.0{ends}.{scope}.{signature}",
        "a sign before the end": f"{key_id}.+{ends}.{scope}.{signature}",
        "an end in floating point": f"{key_id}.1e9.{scope}.{signature}",
        "other digits": f"{key_id}.{ends}.{scope}.{signature}".replace("3", "\uff13"),
        "another text of the same bytes": f"{key_id}.{ends}.{scope}.{sibling}",
        "padding": good + "=",
        "a line's end": good + "\n",
        "a blank": " " + good,
        "percent-encoding": good.replace(".", "%2E"),
        "one letter less": good[:-1],
        "one letter more": good + "A",
        "a signature of nothing": f"{key_id}.{ends}.{scope}." + "A" * 43,
        "nothing but dots": "...",
        "megabytes": good + "A" * 3_000_000,
        "many widths": f"{key_id}.{ends}.w" + "1-" * 1_000_000 + f"1.{signature}",
        "no text of ours": "\udcff\x00",
        "another object": token("w320", key=ObjectKey("shop-live", "ab12/other.jpg")),
        "another folder": token("w320", key=ObjectKey("shop-live", "Hüte.jpg")),
        "another app's folder": token("w320", key=ObjectKey("blog-live", "ab12/Hüte.jpg")),
        "another app's key": token("w320", of=digest("another")),
    }


@pytest.mark.parametrize("case", hostile_tokens())
def test_a_forged_token_is_refused(case: str) -> None:
    """All with one answer, that tells nothing of the keys."""
    with pytest.raises(Forbidden, match="is none of this app's for this image"):
        check(hostile_tokens()[case], width="320")


def test_a_token_of_another_app_is_refused() -> None:
    """Even where two apps share a private key, and whoever asks mixes them up."""
    other = replace(APP, name="blog")
    with pytest.raises(Forbidden, match="none of this app's"):
        check(token(), app=other)
    moved = ObjectKey("blog-live", KEY.path)
    with pytest.raises(Forbidden, match="none of this app's"):
        check(token(), app=other, key=moved)
    assert check(token(key=moved), app=other, key=moved)


def test_an_app_without_private_keys_takes_none() -> None:
    """There is nobody who could have signed."""
    with pytest.raises(Forbidden, match="none of this app's"):
        check(token(), app=App("shop", "live", "12345678"))


# -- keys that follow one another -----------------------------------------------------------------


def test_keys_follow_one_another() -> None:
    """Until the old key ends both count; then its tokens do not, however long they were to."""
    end = datetime.fromtimestamp(NOW + 60, UTC)
    old, new = Key(SECRET, end), Key(digest("new"))
    app = App("shop", "live", "12345678", private_keys=(old, new))
    assert check(token(), app=app) == 60
    assert check(token(of=new.value), app=app) == 600
    assert check(token(of=new.value), app=app, now=NOW + 60) == 540
    with pytest.raises(Forbidden, match="none of this app's"):
        check(token(), app=app, now=NOW + 60)


def test_keys_that_share_an_id_are_both_tried() -> None:
    """Eight letters are few."""
    others = tuple(Key(SECRET[:8] + letter * 56) for letter in "ab")
    app = App("shop", "live", "12345678", "98765", private_keys=others)
    for one in app.all_private_keys:
        assert check(token(of=one.value), app=app)


# -- properties -----------------------------------------------------------------------------------


@given(object_keys, scopes, st.integers(1, MAX_SECONDS))
def test_what_was_signed_counts(key: ObjectKey, scope: str, seconds: int) -> None:
    """For any key, scope and end; a token needs no quoting in a path."""
    made = sign(SECRET, key, ENDS, scope)
    assert TOKEN.fullmatch(made)
    assert split(f"/s/{made}/{key.quoted}") == (made, f"/{key.quoted}")
    wants: Wanted = "original" if scope in "oa" else "thumbnail"
    width = scope[1:].rsplit("-", maxsplit=1)[-1]
    assert check(made, wants, key=key, width=width, now=ENDS - seconds) == seconds


@given(object_keys, object_keys, scopes)
def test_a_token_is_that_of_one_object(key: ObjectKey, other: ObjectKey, scope: str) -> None:
    """No object's token counts for another one."""
    if key != other:
        with pytest.raises(Forbidden, match="none of this app's"):
            check(sign(SECRET, key, ENDS, scope), key=other, width=scope[1:])


@given(scopes, st.data())
def test_a_changed_letter_is_found(scope: str, data: st.DataObject) -> None:
    """Whichever it is, the token counts no longer."""
    made = token(scope)
    place = data.draw(st.integers(0, len(made) - 1))
    letters = st.sampled_from("0123456789abcdefotw.-_AZ") | st.characters()
    letter = data.draw(letters.filter(lambda one: one != made[place]))
    with pytest.raises(Forbidden, match="none of this app's"):
        check(made[:place] + letter + made[place + 1 :], width=scope[1:].split("-", maxsplit=1)[0])


@given(st.text() | st.from_regex(TOKEN, fullmatch=True))
def test_no_text_breaks_the_check(text: str) -> None:
    """Whatever stands there, it is refused, and nothing else happens."""
    with pytest.raises(Forbidden):
        check(text, width="320")
