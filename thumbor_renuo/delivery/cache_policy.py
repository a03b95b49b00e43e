"""How long an answer may be kept: one Cache-Control value for each kind."""

NEVER = "no-store"


def for_success(max_age: int) -> str:
    """For an original or a thumbnail; `max_age` in seconds."""
    return f"public, max-age={max_age}" if max_age else NEVER


def for_error(status: int, max_age: int) -> str:
    """For an error about a path: briefly if it lies in the path, never if it is ours.

    CloudFront would keep an error without a lifetime for 10 s, a 5xx included.
    """
    return for_success(max_age) if status < 500 else NEVER  # noqa: PLR2004
