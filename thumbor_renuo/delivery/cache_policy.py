"""How long an answer may be kept: one Cache-Control value for each kind."""

import re

from thumbor_renuo.config import Settings
from thumbor_renuo.s3.object_key import ObjectKey

NEVER = "no-store"
# The month's group and 16 random bytes, as every upload of ours begins: no two share them.
RANDOM_PREFIX = re.compile(r"[0-9a-z]{4}(?:/[0-9a-f]{4}){8}/")


def for_success(max_age: int) -> str:
    """For an answer that only its lifetime in seconds limits; 0 is not to be kept."""
    return f"public, max-age={max_age}" if max_age else NEVER


def for_error(status: int, max_age: int) -> str:
    """For an error about a path: briefly if it lies in the path, never if it is ours.

    CloudFront would keep an error without a lifetime for 10 s, a 5xx included.
    """
    return for_success(max_age) if status < 500 else NEVER  # noqa: PLR2004


def for_image(settings: Settings, *, is_immutable: bool, max_age: int | None = None) -> str:
    """For an original or a thumbnail (RFC 9111, 5.2.2; RFC 5861; RFC 8246).

    Args:
        is_immutable: nothing else can ever be found under the path.
        max_age: in seconds, of browsers and CDN alike, where the path itself names it.
    """
    lifetime = settings.max_age if max_age is None else max_age
    if not lifetime:
        return NEVER
    shared = settings.s_maxage if max_age is None else max_age
    parts = {
        "max-age": lifetime,
        "s-maxage": shared,
        "stale-while-revalidate": settings.stale_while_revalidate,
        "stale-if-error": settings.stale_if_error,
    }
    named = [f"{name}={seconds}" for name, seconds in parts.items() if seconds]
    fixed = ["immutable"] if is_immutable and max_age is None else []
    return ", ".join(["public", *named, *fixed])


def for_private(seconds: float) -> str:
    """For what only one person may see, for as long as their signature is good."""
    return f"private, max-age={int(seconds)}" if seconds >= 1 else NEVER


def for_fallback(settings: Settings) -> str:
    """For the image that stands in for another one, which may be there in a moment."""
    return for_success(settings.error_max_age)


def is_immutable(key: ObjectKey) -> bool:
    """Whether the key has the random prefix of an upload, so that it is never given twice."""
    return RANDOM_PREFIX.match(key.path) is not None
