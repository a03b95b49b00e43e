"""What counts as a public address, in an IP or in a URL that somebody else chose."""

import re
from collections.abc import Collection
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from yarl import URL  # the parser of the client that connects: another might read another host

from thumbor_renuo.errors import BadRequest

# IANA's special-purpose registries as a whole (those entries that are global serve no pages), and
# 168.63.129.16, Azure's platform as seen from inside its machines.
NOT_PUBLIC_4 = """
    0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 168.63.129.16/32 169.254.0.0/16 172.16.0.0/12
    192.0.0.0/24 192.0.2.0/24 192.31.196.0/24 192.52.193.0/24 192.88.99.0/24 192.168.0.0/16
    192.175.48.0/24 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4
"""
GLOBAL_UNICAST_6 = "2000::/3"  # RFC 4291, 2.4: all that has been assigned lies here
NOT_PUBLIC_6 = "2001::/23 2001:db8::/32 2002::/16 2620:4f:8000::/48 3ffe::/16 3fff::/20"
# IPv4-mapped (RFC 4291, 2.5.5.2), and NAT64's well-known prefix (RFC 6052, 2.1), through which
# networks without IPv4 see all of it.
HOLD_IPV4 = "::ffff:0:0/96 64:ff9b::/96"

_NOT_PUBLIC_4 = tuple(map(IPv4Network, NOT_PUBLIC_4.split()))
_GLOBAL_UNICAST_6 = IPv6Network(GLOBAL_UNICAST_6)
_NOT_PUBLIC_6 = tuple(map(IPv6Network, NOT_PUBLIC_6.split()))
_HOLD_IPV4 = tuple(map(IPv6Network, HOLD_IPV4.split()))

NAME = re.compile(r"(?=.{1,254}$)([a-z0-9_-]{1,63}\.)*[a-z0-9_-]{1,63}\.?")
# A host whose last part is a number is an IPv4 address: URL Standard, 3.5, "ends in a number".
ENDS_IN_NUMBER = re.compile(r"(.*\.)?(0x[0-9a-f]*|[0-9]+)\.?")
USER_INFO = re.compile(r"[^/?#]*//[^/?#]*@")


def is_public(ip: str) -> bool:
    """Whether a numeric address is one machine's on the open internet; False for what is none."""
    try:
        address = ip_address(ip)
    except ValueError:
        return False
    if isinstance(address, IPv6Address):
        if address.scope_id is not None:
            return False
        if not any(address in network for network in _HOLD_IPV4):
            reserved = any(address in network for network in _NOT_PUBLIC_6)
            return address in _GLOBAL_UNICAST_6 and not reserved
        address = IPv4Address(int(address) & 0xFFFFFFFF)
    return not any(address in network for network in _NOT_PUBLIC_4)


def check_url(
    url: str | URL,
    *,
    schemes: Collection[str] = ("https",),
    ports: Collection[int] = (443,),
    allow_private: bool = False,
) -> None:
    """Check all that can be said of a URL before its host is looked up.

    Args:
        schemes: in lower case.
        ports: other than those of `schemes` must be named.
        allow_private: any address and any port, for tests and private networks.

    Raises:
        BadRequest: says what is wrong and shows nothing of the URL but its port.
    """
    text = str(url)
    if any(character <= " " or character == "\x7f" for character in text):
        raise BadRequest("the URL must hold no blank and no control character")
    try:
        parts = URL(url)
    except (ValueError, TypeError, IndexError) as error:
        raise BadRequest("the URL is malformed") from error
    if parts.scheme not in schemes:
        raise BadRequest(f"the URL must begin with {' or '.join(f'{s}://' for s in schemes)}")
    if USER_INFO.match(text):
        raise BadRequest("the URL must hold no user name and no password")
    if not allow_private and parts.port not in ports:
        raise BadRequest(f"the URL's port {parts.port} is not allowed")
    _check_host(parts.raw_host or "", allow_private=allow_private)


def _check_host(host: str, *, allow_private: bool) -> None:
    if ":" not in host and not NAME.fullmatch(host):
        raise BadRequest("the URL must name a host")
    try:
        ip_address(host)
    except ValueError as error:
        if ":" in host or ENDS_IN_NUMBER.fullmatch(host):
            raise BadRequest("the URL's host is an IP address in an unusual spelling") from error
        return
    if not allow_private and not is_public(host):
        raise BadRequest("the URL's host is not a public address")
