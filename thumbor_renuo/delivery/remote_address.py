"""Addresses of images on other servers: https, a public host, and one that is listed."""

import re
from collections.abc import Sequence

from yarl import URL

from thumbor_renuo.errors import BadRequest, InvalidOptions
from thumbor_renuo.public_address import USER_INFO, check_url

MAX_LENGTH = 2048
MAX_SHOWN = 100
SCHEMES = ("https",)
PRIVATE_SCHEMES = ("https", "http")
# Browsers read a backslash as a slash (URL Standard, 4.4) and drop tabs, our parser drops halves of
# surrogate pairs, and others do neither.
AMBIGUOUS = re.compile(r"[\x00-\x20\x7f-\xa0\\\ud800-\udfff]")

MALFORMED = (ValueError, TypeError, IndexError)  # the last is raised for brackets in a user name


def is_remote(image: str) -> bool:
    """Whether what a filter names is an address and no object key; says nothing else of it."""
    return image[:8].lower().startswith(("https://", "http://"))


def parse(text: str, hosts: Sequence[str], *, allow_private: bool = False) -> URL:
    """Check an address that somebody else chose, before its host is looked up.

    Args:
        hosts: `a.example.com` for itself, `*.example.com` for all below; ASCII, in lower case.
        allow_private: http, any port and any address as well.

    Returns:
        the address without its fragment and without the dot that a host may end in.

    Raises:
        InvalidOptions: says which rule it breaks, and shows MAX_SHOWN characters of it at most.
    """
    if len(text) > MAX_LENGTH:
        raise InvalidOptions(
            f"an image's address is over the limit of {MAX_LENGTH} characters", limit=MAX_LENGTH
        )
    if AMBIGUOUS.search(text):
        raise InvalidOptions(
            "an image's address must hold no blank, control character or backslash"
        )
    return _checked(text, hosts, allow_private=allow_private)


def follow(base: URL, location: str, hosts: Sequence[str], *, allow_private: bool = False) -> URL:
    """Check where a redirect leads to, by the rules of `parse`.

    Args:
        location: the header's value, absolute or relative to `base`.

    Raises:
        InvalidOptions: as `parse`.
    """
    # Parsing would percent-encode what is ambiguous, and drop an empty user name.
    if AMBIGUOUS.search(location) or USER_INFO.match(location):
        raise InvalidOptions(f"{shown(base)} redirects to an ambiguous address")
    try:
        target = base.join(URL(location))
    except MALFORMED as error:
        raise InvalidOptions(f"{shown(base)} redirects to a malformed address") from error
    return parse(str(target), hosts, allow_private=allow_private)


def shown(url: URL) -> str:
    """The host, as far as messages show it."""
    return (url.raw_host or "")[:MAX_SHOWN]


def _checked(text: str, hosts: Sequence[str], *, allow_private: bool) -> URL:
    schemes = PRIVATE_SCHEMES if allow_private else SCHEMES
    try:
        check_url(text, schemes=schemes, allow_private=allow_private)
        url = URL(text).with_fragment(None)
        host = (url.raw_host or "").removesuffix(".")
        url = url.with_host(host)
    except BadRequest as error:
        raise InvalidOptions(f"{text[:MAX_SHOWN]!r} is refused: {error.message}") from error
    except MALFORMED as error:
        raise InvalidOptions(f"{text[:MAX_SHOWN]!r} is malformed") from error
    if not any(_matches(host, pattern) for pattern in hosts):
        raise InvalidOptions(f"images from {host[:MAX_SHOWN]!r} are not allowed")
    return url


def _matches(host: str, pattern: str) -> bool:
    # The dot behind the asterisk stays: evilexample.com is not below example.com.
    return host.endswith(pattern[1:]) if pattern.startswith("*.") else host == pattern
