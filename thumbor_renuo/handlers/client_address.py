"""The address a request came from, behind proxies that are trusted."""

from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from tornado.httputil import HTTPServerRequest


def client_address(request: HTTPServerRequest, trusted_proxies: tuple[str, ...]) -> str:
    """The last address in front of the trusted proxies.

    X-Forwarded-For is read from its right end, as far as the hops are trusted: what stands
    further left was written by whoever liked to. Not Tornado's `remote_ip`: under
    `thumbor -c`, it believes everybody.

    Args:
        trusted_proxies: networks, as in TRUSTED_PROXIES.
    """
    hop = _peer(request)
    if not trusted_proxies:
        return hop
    networks = _networks(trusted_proxies)
    forwarded = ",".join(request.headers.get_list("X-Forwarded-For")).split(",")
    for claimed in reversed([part.strip() for part in forwarded]):
        if not _is_in(hop, networks) or not _is_address(claimed):
            break
        hop = claimed
    return hop


def _peer(request: HTTPServerRequest) -> str:
    stream = getattr(request.connection, "stream", None)
    try:
        return str(stream.socket.getpeername()[0])  # type: ignore[union-attr]
    except (AttributeError, OSError, IndexError):
        return "unknown"  # gone already, or a Unix socket


@lru_cache(maxsize=8)
def _networks(texts: tuple[str, ...]) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(text) for text in texts)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _is_in(text: str, networks: tuple[IPv4Network | IPv6Network, ...]) -> bool:
    if not _is_address(text):
        return False
    address = ip_address(text)
    return any(address in network for network in networks)
