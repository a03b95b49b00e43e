"""The ETag of a thumbnail, known before it is made from what it is made of."""

import hashlib
from collections.abc import Iterable


def thumbnail_etag(
    source: str, options: str, variant: str, *, images: Iterable[str] = (), engine: str = ""
) -> str:
    """A strong ETag, with its quotes: equal for equal bytes, another one for others.

    Args:
        source: the original's ETag.
        options: the canonical ones, with those of the preset in its place.
        variant: what the client takes or demands.
        images: the ETags of watermarks and frames, in their order.
        engine: what makes the image: its version and its settings.
    """
    parts = (source, options, variant, engine, *images)
    # Each with its length, so that no two lists of parts make one text.
    text = "".join(f"{len(part)}:{part}" for part in parts)
    return f'"{hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]}"'


def seed_of(etag: str) -> int:
    """A number from 1 to 2^31 - 1 for filters that want chance, the same for the same ETag."""
    return int(etag.strip('"')[:8], 16) % (2**31 - 1) + 1
