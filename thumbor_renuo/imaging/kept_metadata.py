"""What may stay of an original's metadata in what is made of it."""

from typing import Any

from thumbor_renuo.errors import UnreadableImage
from thumbor_renuo.imaging import formats
from thumbor_renuo.imaging.decode import open_header
from thumbor_renuo.imaging.metadata.copyright import copyright_exif, upright_exif
from thumbor_renuo.imaging.source import Source

# libvips' names; the second is all of a JPEG's APP13 segment.
EXIF, IPTC = "exif-data", "iptc-data"
MAX_BYTES = 64 * 1024  # of a JPEG's segment, the smallest room that formats have


def kept_exif(source: Source, *, only_copyright: bool) -> bytes | None:
    """EXIF data for a picture that lies upright; None where there is none, or it is damaged.

    Args:
        only_copyright: of all there is, artist, copyright and date.
    """
    exif = _field(source, EXIF)
    if exif is None:
        return None
    return copyright_exif(exif) if only_copyright else upright_exif(exif)


def kept_iptc(source: Source) -> bytes | None:
    """A JPEG's IPTC data, with what Photoshop has written around it; None where there is none."""
    return _field(source, IPTC)


def _field(source: Source, name: str) -> bytes | None:
    kind = next((one for one in formats.FORMATS.values() if one.name == source.header.format), None)
    if kind is None:
        return None
    try:
        image: Any = open_header(kind, source.data)
    except UnreadableImage:
        return None
    data = bytes(image.get(name)) if image.get_typeof(name) else b""
    return data if 0 < len(data) <= MAX_BYTES else None
