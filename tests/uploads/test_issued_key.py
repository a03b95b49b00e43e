"""thumbor_renuo.uploads.issued_key: the keys that clients give back."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thumbor_renuo.errors import Forbidden, InvalidPath
from thumbor_renuo.s3.object_key import ObjectKey
from thumbor_renuo.uploads.file_name import safe_file_name
from thumbor_renuo.uploads.issued_key import PUBLISHED, WAITING, IssuedKey, absolute_url, links
from thumbor_renuo.uploads.prefix import new_prefix

APP = "foo-live"
PREFIX = "qstu/" + "0b1c/" * 8
GOOD = f"o/{APP}/{PREFIX}photo.jpg"
apps = st.from_regex("[A-Za-z0-9._-]{1,20}-[A-Za-z0-9._-]{1,20}", fullmatch=True)


@given(st.text(), st.sampled_from([PUBLISHED, WAITING]), apps)
def test_what_we_issue_is_read_again(name: str, root: str, app: str) -> None:
    """Any file's name and app, published or waiting."""
    prefix = new_prefix("secret", "12345678", date(2026, 11, 22))
    issued = IssuedKey(root, app, prefix, safe_file_name(name))
    assert IssuedKey.parse(str(issued), app) == issued
    assert str(issued) == f"{root}/{app}/{prefix}{issued.name}"


def test_the_parts_of_a_key() -> None:
    """Root, app, prefix with its slash, name; the file path has no folder."""
    key = IssuedKey.parse(f"q/{APP}/{PREFIX}日本-1.png", APP)
    assert (key.root, key.app, key.prefix, key.name) == ("q", APP, PREFIX, "日本-1.png")
    assert key.file_path == f"{PREFIX}日本-1.png"
    assert str(key.published) == f"o/{APP}/{PREFIX}日本-1.png"
    assert key.published.published == key.published


def test_readers_never_reach_what_waits() -> None:
    """A published key is one of our reader's, a waiting one is none."""
    key = IssuedKey.parse(GOOD.replace("o/", "q/", 1), APP)
    assert str(ObjectKey.parse(str(key.published))) == GOOD
    with pytest.raises(InvalidPath, match="the key is not of the form"):
        ObjectKey.parse(str(key))


@pytest.mark.parametrize(
    "key",
    [
        "",
        "o",
        "photo.jpg",
        f"{APP}/{PREFIX}photo.jpg",
        # Another app's, or nearly ours
        f"o/foo-live-2/{PREFIX}photo.jpg",
        f"o/foo-liv/{PREFIX}photo.jpg",
        f"o/foo/{PREFIX}photo.jpg",
        f"o/FOO-LIVE/{PREFIX}photo.jpg",
        f"o/foo-live%2f/{PREFIX}photo.jpg",
        f"o/.*/{PREFIX}photo.jpg",
        f"o//{PREFIX}photo.jpg",
        f"o/../{PREFIX}photo.jpg",
        # Another root
        f"r/{APP}/{PREFIX}photo.jpg",
        f"O/{APP}/{PREFIX}photo.jpg",
        f"oq/{APP}/{PREFIX}photo.jpg",
        f"/o/{APP}/{PREFIX}photo.jpg",
        f" o/{APP}/{PREFIX}photo.jpg",
        f"r/o/{APP}/{PREFIX}photo.jpg",
        f"u/o/{APP}/{PREFIX}photo.jpg",
        # Ways out
        f"o/{APP}/../bar-live/{PREFIX}photo.jpg",
        f"o/bar-live/../{APP}/{PREFIX}photo.jpg",
        f"o/{APP}/{PREFIX}../photo.jpg",
        f"o/{APP}/{PREFIX}..",
        f"o/{APP}/{PREFIX}.",
        f"o/{APP}/{PREFIX}a/photo.jpg",
        f"o/{APP}/{PREFIX}%2e%2e%2fphoto.jpg",
        f"o/{APP}/{PREFIX}..\\photo.jpg",
        # Other prefixes
        f"o/{APP}/photo.jpg",
        f"o/{APP}/qstu/photo.jpg",
        f"o/{APP}/{PREFIX[5:]}photo.jpg",
        f"o/{APP}/{PREFIX}0b1c/photo.jpg",
        f"o/{APP}/{PREFIX[:-5]}photo.jpg",
        f"o/{APP}/QSTU/{PREFIX[5:]}photo.jpg",
        f"o/{APP}/qst/{PREFIX[5:]}photo.jpg",
        f"o/{APP}/qstuv/{PREFIX[5:]}photo.jpg",
        f"o/{APP}/qs-u/{PREFIX[5:]}photo.jpg",
        f"o/{APP}/qstu/{'0B1C/' * 8}photo.jpg",
        f"o/{APP}/qstu/{'0b1g/' * 8}photo.jpg",
        f"o/{APP}/{PREFIX}photo.jpg".replace("0", "\u0660"),
        f"o/{APP}/{PREFIX}/photo.jpg",
        f"o/{APP}//{PREFIX}photo.jpg",
        # Names that we would never issue
        f"o/{APP}/{PREFIX}",
        f"o/{APP}/{PREFIX}.png",
        f"o/{APP}/{PREFIX}-photo.jpg",
        f"o/{APP}/{PREFIX}photo.jpg\n",
        f"o/{APP}/{PREFIX}photo.jpg\0",
        f"o/{APP}/{PREFIX}pho to.jpg",
        f"o/{APP}/{PREFIX}photo..jpg",
        f"o/{APP}/{PREFIX}photo.jpg?x",
        f"o/{APP}/{PREFIX}a+b.jpg",
        f"o/{APP}/{PREFIX}${{filename}}",
        f"o/{APP}/{PREFIX}u\u0308ber.jpg",
        f"o/{APP}/{PREFIX}\ud800.jpg",
        f"o/{APP}/{PREFIX}\u202ephoto.jpg",
        f"o/{APP}/{PREFIX}{'a' * 201}",
        f"o/{APP}/{PREFIX}{'a' * 1_000_000}",
        f"{GOOD}\n",
        f"\n{GOOD}",
    ],
    ids=lambda key: ascii(key[:80]),
)
def test_what_we_never_issued_is_refused(key: str) -> None:
    """Other apps' keys, ways out of the folder, other forms of prefixes and unsafe names."""
    with pytest.raises(Forbidden) as caught:
        IssuedKey.parse(key, APP)
    assert caught.value.message == "the parameter key is none that was issued for this app"


@pytest.mark.parametrize(
    ("app", "other"),
    [("foo", "foo-2"), ("foo-2", "foo"), ("a.b-live", "aXb-live"), ("foo-live", "foo-Live")],
)
def test_an_apps_name_is_no_pattern_and_no_beginning(app: str, other: str) -> None:
    """One app's key counts for this app alone."""
    assert IssuedKey.parse(f"o/{app}/{PREFIX}a.png", app).app == app
    with pytest.raises(Forbidden):
        IssuedKey.parse(f"o/{other}/{PREFIX}a.png", app)


def test_links_are_percent_encoded() -> None:
    """Letters of other scripts are encoded, slashes and the template's braces stay."""
    key = f"o/{APP}/{PREFIX}Ümläut-日.png"
    encoded = f"o/{APP}/{PREFIX}%C3%9Cml%C3%A4ut-%E6%97%A5.png"
    assert links("cdn.example.com", key) == {
        "public_url": f"//cdn.example.com/{encoded}",
        "thumbnail_url_template": f"//cdn.example.com/t/{{options}}/u/{encoded}",
    }


@given(st.text())
def test_links_lead_to_the_object(name: str) -> None:
    """Our reader finds the key in both addresses."""
    key = f"o/{APP}/{PREFIX}{safe_file_name(name)}"
    found = links("cdn.example.com", key)
    public = found["public_url"].removeprefix("//cdn.example.com/")
    assert str(ObjectKey.from_image(public)) == key
    thumbnail = found["thumbnail_url_template"].replace("{options}", "300x300/smart")
    host, _, image = thumbnail.partition("/t/300x300/smart/u/")
    assert host == "//cdn.example.com"
    assert str(ObjectKey.from_image(image)) == key


@pytest.mark.parametrize(
    ("host", "scheme"),
    [
        ("localhost", "http"),
        ("localhost:8888", "http"),
        ("127.0.0.1:8888", "http"),
        ("127.1.2.3", "http"),
        ("[::1]:8888", "http"),
        ("cdn.example.com", "https"),
        ("cdn.example.com:8443", "https"),
        ("localhost.example.com", "https"),
        ("localhosting.example", "https"),
        ("127.example.com", "https"),
        ("127.0.0.1.example.com:80", "https"),
        ("[::1:2]", "https"),
        ("192.168.127.1", "https"),
    ],
)
def test_an_absolute_address_has_a_scheme(host: str, scheme: str) -> None:
    """HTTPS everywhere but on the machine itself, whatever a host's name begins with."""
    key = f"o/{APP}/{PREFIX}\u00fc.png"
    assert absolute_url(host, key) == f"{scheme}://{host}/o/{APP}/{PREFIX}%C3%BC.png"
