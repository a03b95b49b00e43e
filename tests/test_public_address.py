"""thumbor_renuo.public_address: what counts as a public address."""

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from thumbor_renuo.errors import BadRequest
from thumbor_renuo.public_address import check_url, is_public


@pytest.mark.parametrize(
    "ip",
    [
        "1.1.1.1",
        "8.8.8.8",
        "52.219.171.34",
        "172.15.255.255",
        "172.32.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "198.17.255.255",
        "198.20.0.0",
        "223.255.255.255",
        "2606:4700::1111",
        "2a05:d014:275::1",
        "2001:4860:4860::8888",
        "2001:200::1",
        "::ffff:8.8.8.8",
        "64:ff9b::8.8.8.8",
    ],
)
def test_addresses_of_the_open_internet_are_public(ip: str) -> None:
    """So are those just outside a special range, and IPv6 forms of public IPv4 addresses."""
    assert is_public(ip)


@pytest.mark.parametrize(
    ("ip", "why"),
    [
        ("0.0.0.0", "unspecified"),
        ("0.1.2.3", "this network"),
        ("10.0.0.1", "private"),
        ("10.255.255.255", "private"),
        ("100.64.0.1", "carrier-grade NAT"),
        ("100.100.100.200", "Alibaba's metadata"),
        ("127.0.0.1", "loopback"),
        ("127.255.255.254", "loopback"),
        ("168.63.129.16", "Azure's platform"),
        ("169.254.169.254", "metadata"),
        ("169.254.170.2", "metadata of ECS"),
        ("172.16.0.1", "private"),
        ("172.31.255.255", "private"),
        ("192.0.0.192", "Oracle's metadata"),
        ("192.0.2.1", "documentation"),
        ("192.88.99.1", "6to4 relays"),
        ("192.168.1.1", "private"),
        ("198.18.0.1", "benchmarks"),
        ("198.19.255.255", "benchmarks"),
        ("198.51.100.7", "documentation"),
        ("203.0.113.7", "documentation"),
        ("224.0.0.1", "multicast"),
        ("239.255.255.255", "multicast"),
        ("240.0.0.1", "reserved"),
        ("255.255.255.255", "broadcast"),
        ("::", "unspecified"),
        ("::1", "loopback"),
        ("::127.0.0.1", "IPv4-compatible"),
        ("::8.8.8.8", "IPv4-compatible"),
        ("::ffff:127.0.0.1", "IPv4-mapped"),
        ("::ffff:169.254.169.254", "IPv4-mapped"),
        ("::ffff:0:127.0.0.1", "IPv4-translated"),
        ("64:ff9b::10.0.0.1", "NAT64"),
        ("64:ff9b::169.254.169.254", "NAT64"),
        ("64:ff9b:1::8.8.8.8", "NAT64 of a local network"),
        ("100::1", "discard"),
        ("2001::1", "Teredo"),
        ("2001:0:7f00:1::", "Teredo"),
        ("2001:2::1", "benchmarks"),
        ("2001:20::1", "ORCHID"),
        ("2001:db8::1", "documentation"),
        ("2002:7f00:1::", "6to4 of 127.0.0.1"),
        ("2002:a9fe:a9fe::", "6to4 of 169.254.169.254"),
        ("3fff::1", "documentation"),
        ("5f00::1", "segment routing"),
        ("fc00::1", "unique local"),
        ("fd00:ec2::254", "Amazon's metadata"),
        ("fe80::1", "link-local"),
        ("fe80::1%eth0", "link-local"),
        ("2606:4700::1111%eth0", "with a zone"),
        ("fec0::1", "site-local"),
        ("ff02::1", "multicast"),
    ],
)
def test_all_others_are_not(ip: str, why: str) -> None:
    """Neither a special range nor a form of one in IPv6 passes."""
    assert not is_public(ip), why


@pytest.mark.parametrize("text", ["", "example.com", "127.1", "2130706433", "0x7f.1", "1.2.3.4/8"])
def test_what_is_no_numeric_address_is_not_public(text: str) -> None:
    """It would have to be looked up first."""
    assert not is_public(text)


def forms_of(address: IPv4Address) -> list[IPv6Address]:
    low = int(address)
    prefixes = ("::ffff:0:0", "64:ff9b::", "64:ff9b:1::", "::ffff:0:0:0")
    forms = [IPv6Address(int(IPv6Address(prefix)) | low) for prefix in (*prefixes, "::")]
    forms.append(IPv6Address(int(IPv6Address("2002::")) | low << 80))
    forms.append(IPv6Address(int(IPv6Address("2001::")) | low << 64))
    forms.append(IPv6Address(int(IPv6Address("2001::")) | low ^ 0xFFFFFFFF))
    return forms


@given(st.ip_addresses())
def test_python_s_own_table_agrees(address: IPv4Address | IPv6Address) -> None:
    """Nothing that Python calls private, local, reserved or multicast is public."""
    if is_public(str(address)):
        plain = getattr(address, "ipv4_mapped", None) or address
        assert plain.is_global
        assert not plain.is_multicast
        assert not plain.is_link_local
        if not str(address).startswith("64:ff9b::"):
            assert not plain.is_reserved


@given(st.ip_addresses(v=4))
def test_no_form_in_ipv6_is_more_public_than_the_address(address: IPv4Address) -> None:
    """Mapped, compatible, translated, 6to4, NAT64, Teredo."""
    if not is_public(str(address)):
        assert not any(is_public(str(form)) for form in forms_of(address))


@pytest.mark.parametrize(
    "url",
    [
        "https://shop.example/hooks/uploads?token=1",
        "https://shop.example:443/",
        "HTTPS://Shop.Example",
        "https://xn--bcher-kva.example/",
        "https://bücher.example/ä",
        "https://shop.example./",
        "https://shop.example/a@b?c=@#@",
        "https://shop.example?mail=a@b.c",
        "https://8.8.8.8/",
        "https://[2606:4700::1111]/",
        "https://4.example/",
        "https://1e100.net/",
    ],
)
def test_a_public_url_passes(url: str) -> None:
    """Names, and plainly written public addresses; an @ behind the host is no user name."""
    check_url(url)
    check_url(URL(url))


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://shop.example/", "must begin with https://"),
        ("ftp://shop.example/", "must begin with https://"),
        ("file:///etc/passwd", "must begin with https://"),
        ("//shop.example/", "must begin with https://"),
        ("shop.example", "must begin with https://"),
        ("", "must begin with https://"),
        ("https://user@shop.example/", "no user name and no password"),
        ("https://user:pw@shop.example/", "no user name and no password"),
        ("https://:pw@shop.example/", "no user name and no password"),
        ("https://@shop.example/", "no user name and no password"),
        ("https://shop.example:80/", "port 80 is not allowed"),
        ("https://shop.example:8443/", "port 8443 is not allowed"),
        ("https://shop.example:0/", "port 0 is not allowed"),
        ("https://shop.example:65536/", "malformed"),
        ("https://shop.example:https/", "malformed"),
        ("https://[::1/", "malformed"),
        ("https://[::1]@", "malformed"),
        ("https://a\\@shop.example/", "malformed"),
        ("https://", "must name a host"),
        ("https:///path", "must name a host"),
        ("https:shop.example", "must name a host"),
        ("https://shop..example/", "must name a host"),
        ("https://.example/", "must name a host"),
        ("https://sh%6fp.example/", "must name a host"),
        ("https://" + "a" * 64 + ".example/", "must name a host"),
        ("https://" + "a." * 128 + "example/", "must name a host"),
        ("https://shop example/", "no blank and no control"),
        ("https://shop\n.example/", "no blank and no control"),
        ("https://shop.example/\t", "no blank and no control"),
        ("https://shop.example/\x7f", "no blank and no control"),
        ("https://127.0.0.1/", "not a public address"),
        ("https://169.254.169.254/latest/meta-data/", "not a public address"),
        ("https://[::1]/", "not a public address"),
        ("https://[::ffff:127.0.0.1]/", "not a public address"),
        ("https://[64:ff9b::7f00:1]/", "not a public address"),
        ("https://[fd00:ec2::254]/", "not a public address"),
        ("https://[fe80::1%25eth0]/", "not a public address"),
        ("https://\uff11\uff12\uff17.0.0.1/", "not a public address"),
        ("https://①②⑦.0.0.1/", "not a public address"),
        ("https://127。0。0。1/", "not a public address"),
    ],
)
def test_every_other_url_is_refused_in_words(url: str, words: str) -> None:
    """The words say what is wrong; the status is that of a bad request."""
    with pytest.raises(BadRequest) as caught:
        check_url(url)
    assert words in caught.value.message
    assert "shop" not in caught.value.message


@pytest.mark.parametrize(
    "host",
    [
        "2130706433",
        "134744072",
        "017700000001",
        "0x7f000001",
        "0x7f.1",
        "127.1",
        "127.0.1",
        "0177.0.0.1",
        "127.0.0.01",
        "127.0.0.1.",
        "8.8.8.8.",
        "1.2.3.4.5",
        "256.1.1.1",
        "0x",
        "a.0x7f",
        "a.1",
    ],
)
def test_an_address_is_written_plainly_or_refused(host: str) -> None:
    """Decimal, octal, hexadecimal and short spellings, which resolvers take for addresses."""
    with pytest.raises(BadRequest, match="unusual spelling"):
        check_url(f"https://{host}/")


def test_schemes_and_ports_can_be_others() -> None:
    """Only those given are taken."""
    check_url("http://shop.example:8080/", schemes=("http", "https"), ports=(8080,))
    with pytest.raises(BadRequest, match="must begin with http:// or https://"):
        check_url("ftp://shop.example:8080/", schemes=("http", "https"), ports=(8080,))
    with pytest.raises(BadRequest, match="port 443"):
        check_url("https://shop.example/", ports=(8080,))


@pytest.mark.parametrize("url", ["https://127.0.0.1:8443/", "https://[::1]:1/", "https://nas.lan/"])
def test_private_networks_can_be_allowed(url: str) -> None:
    """Then any address and any port will do."""
    check_url(url, allow_private=True)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1/", "https://127.1/", "https://a@nas.lan/", "https:///"]
)
def test_private_networks_have_the_other_rules_still(url: str) -> None:
    """Scheme, user name, host and plain spelling."""
    with pytest.raises(BadRequest):
        check_url(url, allow_private=True)


@given(st.text())
def test_any_text_is_accepted_or_refused(text: str) -> None:
    """Nothing but BadRequest comes out, whatever stands behind the scheme."""
    for url in (text, f"https://{text}"):
        try:
            check_url(url)
        except BadRequest:
            continue
        host = URL(url).raw_host
        assert host
        try:
            is_address = bool(ip_address(host))
        except ValueError:
            is_address = False
        assert not is_address or is_public(host)
