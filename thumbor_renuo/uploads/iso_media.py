"""Tells the formats that are built of ISO boxes from one another, by their brands."""

AVIF, HEIC, HEIF = "image/avif", "image/heic", "image/heif"
MP4, QUICKTIME = "video/mp4", "video/quicktime"
# https://mp4ra.org/registered-types/brands
BRANDS = {
    b"avif": AVIF, b"avis": AVIF,
    b"heic": HEIC, b"heix": HEIC, b"heim": HEIC, b"heis": HEIC,
    b"hevc": HEIC, b"hevx": HEIC, b"hevm": HEIC, b"hevs": HEIC,
    b"mif1": HEIF, b"msf1": HEIF,
    b"qt  ": QUICKTIME,
    b"M4A ": "audio/mp4", b"M4B ": "audio/mp4", b"M4P ": "audio/mp4", b"F4A ": "audio/mp4",
    b"jp2 ": "image/jp2", b"jpx ": "image/jpx", b"jpm ": "image/jpm",
    b"crx ": "image/x-canon-cr3",
}  # fmt: skip
BRANDS_OF_3GPP = ((b"3g2", "video/3gpp2"), (b"3gp", "video/3gpp"))
# With these first, the codec is told by the brands that it is compatible with.
STRUCTURAL = {b"mif1", b"msf1"}
JPEG_2000 = b"\0\0\0\x0cjP  \r\n\x87\n"
# QuickTime from before there were brands begins with one of these atoms.
OLD_ATOMS = {b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"}
MAX_BRANDS_BYTES = 256
ISO_TYPES = frozenset({*BRANDS.values(), *(kind for _, kind in BRANDS_OF_3GPP), MP4})


def iso_media_type(head: bytes) -> str | None:
    """The media type of a file of boxes, or None where it is none."""
    start = len(JPEG_2000) if head.startswith(JPEG_2000) else 0
    box = head[start + 4 : start + 8]
    if start == 0 and box in OLD_ATOMS:
        return QUICKTIME
    if box != b"ftyp":
        return None
    length = min(int.from_bytes(head[start : start + 4], "big"), MAX_BRANDS_BYTES)
    major = head[start + 8 : start + 12]
    compatible = {head[at : at + 4] for at in range(start + 16, start + length, 4)}
    if major in STRUCTURAL:
        return next((kind for kind in (AVIF, HEIC) if _names(kind) & compatible), HEIF)
    by_start = (kind for brand, kind in BRANDS_OF_3GPP if major.startswith(brand))
    return BRANDS.get(major) or next(by_start, MP4)


def _names(kind: str) -> set[bytes]:
    return {brand for brand, of in BRANDS.items() if of == kind}
