"""thumbor_renuo.delivery.remote_address: which addresses may be asked for an image."""

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from thumbor_renuo.delivery.remote_address import follow, is_remote, parse, shown
from thumbor_renuo.errors import InvalidOptions

HOSTS = ("images.example.com", "*.cdn.example.net", "xn--bcher-kva.example")
BASE = URL("https://images.example.com/folder/a.png")


@pytest.mark.parametrize(
    ("image", "remote"),
    [
        ("https://a.example/x", True),
        ("HTTP://a.example/x", True),
        ("o/app/x.png", False),
        ("u/o/app/https://x", False),
        ("https%3A//a.example/x", False),
        ("//a.example/x", False),
        ("file:///etc/passwd", False),
        ("", False),
    ],
)
def test_an_address_is_told_from_a_key(image: str, remote: bool) -> None:
    """By its beginning; whether it is allowed is another matter."""
    assert is_remote(image) is remote


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://images.example.com/a.png", "https://images.example.com/a.png"),
        ("HTTPS://Images.Example.COM/A.png", "https://images.example.com/A.png"),
        ("https://images.example.com./a", "https://images.example.com/a"),
        ("https://images.example.com:443/a", "https://images.example.com/a"),
        ("https://images.example.com/a?w=1&h=2#top", "https://images.example.com/a?w=1&h=2"),
        ("https://images.example.com/a@b", "https://images.example.com/a@b"),
        ("https://a.cdn.example.net/", "https://a.cdn.example.net/"),
        ("https://c.b.a.CDN.example.net./", "https://c.b.a.cdn.example.net/"),
        ("https://Bücher.example/ä", "https://xn--bcher-kva.example/%C3%A4"),
        ("https://images。example。com/", "https://images.example.com/"),
    ],
)
def test_what_is_listed_passes(text: str, url: str) -> None:
    """However the host is written, it is the listed one that is asked."""
    assert str(parse(text, HOSTS)) == url


@pytest.mark.parametrize(
    "host",
    [
        "example.com",
        "evilimages.example.com",
        "images.example.com.evil.example",
        "sub.images.example.com",
        "cdn.example.net",
        "evilcdn.example.net",
        "a.cdn.example.net.evil.example",
        "cdn.example.net.evil",
        "bücher.example.com",
        "*.cdn.example.net",
    ],
)
def test_what_is_not_listed_is_refused(host: str) -> None:
    """A name is compared as a whole, and an asterisk stands for all below its name."""
    with pytest.raises(InvalidOptions):
        parse(f"https://{host}/", HOSTS)


def test_the_message_names_the_host() -> None:
    """So that it can be listed."""
    with pytest.raises(InvalidOptions, match=r"images from 'a\.example' are not allowed"):
        parse("https://a.example/secret", HOSTS)


def test_no_host_is_listed_by_default() -> None:
    """An empty list allows none."""
    with pytest.raises(InvalidOptions, match="not allowed"):
        parse("https://images.example.com/", ())


def test_the_length_is_bounded() -> None:
    """The limit passes, one more names it."""
    text = "https://images.example.com/".ljust(2048, "a")
    assert len(str(parse(text, HOSTS))) == 2048
    with pytest.raises(InvalidOptions, match="limit of 2048") as caught:
        parse(text + "a", HOSTS)
    assert caught.value.limit == 2048


@pytest.mark.parametrize("url", ["http://images.example.com/", "https://images.example.com:8443/x"])
def test_private_networks_take_http_and_any_port(url: str) -> None:
    """Of listed hosts still."""
    assert str(parse(url, HOSTS, allow_private=True)) == url
    with pytest.raises(InvalidOptions):
        parse(url, HOSTS)
    with pytest.raises(InvalidOptions, match="not allowed"):
        parse(url, (), allow_private=True)


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("b.png", "https://images.example.com/folder/b.png"),
        ("/b.png?x=1", "https://images.example.com/b.png?x=1"),
        ("../../b.png", "https://images.example.com/b.png"),
        ("//a.cdn.example.net/b", "https://a.cdn.example.net/b"),
        ("https://a.cdn.example.net/b#x", "https://a.cdn.example.net/b"),
        ("", "https://images.example.com/folder/a.png"),
    ],
)
def test_a_redirect_leads_on(location: str, url: str) -> None:
    """Absolute or relative to where it stands."""
    assert str(follow(BASE, location, HOSTS)) == url


@pytest.mark.parametrize(
    "location",
    [
        "http://images.example.com/",
        "//evil.example/",
        "/\\evil.example/",
        "\\\\evil.example/",
        "https://images.example.com@evil.example/",
        "//images.example.com:pw@images.example.com/",
        "https://127.0.0.1/",
        "//2130706433/",
        "https://[::1/",
        "ftp://images.example.com/",
        "file:///etc/passwd",
        "data:image/png;base64,iVBORw0KGgo=",
        "javascript:alert(1)",
        "gopher://images.example.com/",
        "/a b",
        "/a\tb",
        "https://images.example.com:22/",
    ],
)
def test_a_redirect_is_held_to_the_same_rules(location: str) -> None:
    """Whatever may not be asked for at once may not be asked for later."""
    with pytest.raises(InvalidOptions):
        follow(BASE, location, HOSTS)


def test_messages_show_little() -> None:
    """At most 100 characters of an address."""
    long = "x" * 300
    for text in (f"ftp://{long}", f"https://{long}/", f"https://{'a.' * 120}example/{long}"):
        with pytest.raises(InvalidOptions) as caught:
            parse(text, HOSTS)
        assert len(caught.value.message) < 250
    assert len(shown(URL(f"https://{'a.' * 120}example/"))) == 100


anything = st.text(max_size=60)
near_misses = st.lists(
    st.sampled_from(
        ["https:", "http:", "/", "//", "@", ":", "\\", "?", "#", "%2e", "%00", "。", ".", "\t", "*",
         "images.example.com", "cdn.example.net", "evil.example", "127.0.0.1", "[::1]", "443", "a"]
    ),
    max_size=8,
).map("".join)  # fmt: skip


@given(st.one_of(anything, near_misses, near_misses.map("https://".__add__)))
def test_no_text_leads_to_another_host(text: str) -> None:
    """What passes is https on port 443 of a listed name, with no user; all else is refused."""
    for read in (parse, lambda location, hosts: follow(BASE, location, hosts)):
        try:
            url = read(text, HOSTS)
        except InvalidOptions:
            continue
        host = url.raw_host or ""
        assert host in HOSTS or host.endswith(".cdn.example.net")
        assert (url.scheme, url.port, url.user, url.password) == ("https", 443, None, None)
        with pytest.raises(ValueError):
            ip_address(host)
