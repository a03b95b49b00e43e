"""Where a made image lies in the bucket: `r/<object key>/~/<options>@<variant>`."""

import re

from thumbor_renuo.s3.object_key import CONTROL, MAX_KEY_BYTES, ObjectKey

ROOT = "r/"
MARK = "~"
MAX_COMPONENT_BYTES = 255  # of a file name, where the S3 behind us keeps files
# S3's web endpoints read `+` as a blank, and some clients turn `\` into `/`.
UNSAFE = frozenset("+\\")
HOLLOW = re.compile(r"(?:^|/)\.{0,2}(?:/|$)")  # an empty component, "." or ".."


def folder(key: ObjectKey) -> str:
    """The prefix of all that was made of an original, `r/<object key>/~/`, and of nothing else."""
    return f"{ROOT}{key}/{MARK}/"


def folder_of_prefix(prefix: str) -> str:
    """The prefix of all that was made of the originals under a prefix such as `o/<app>/`."""
    return ROOT + prefix


def derivative_key(key: ObjectKey, options: str, variant: str) -> str | None:
    """The S3 key of a variant, or None where the options or the original's key make no safe one.

    Args:
        options: canonical text, not percent-encoded.
    """
    # With a second mark, what was made of one original would lie in another's folder.
    if not variant or MARK in str(key).split("/"):
        return None
    name = f"{folder(key)}{options}@{variant}"
    return name if is_safe(name) else None


def is_safe(name: str) -> bool:
    """Whether every S3, file system and CDN takes the key for the same, literally."""
    size = _size(name)
    if size > MAX_KEY_BYTES or CONTROL.search(name) or UNSAFE & set(name):
        return False
    if size <= MAX_COMPONENT_BYTES:
        return not HOLLOW.search(name)
    return all(
        part not in {"", ".", ".."} and _size(part) <= MAX_COMPONENT_BYTES
        for part in name.split("/")
    )


def _size(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))
