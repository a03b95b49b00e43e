"""How a picture is to be encoded."""

from dataclasses import dataclass

Tables = tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class EncodeOptions:
    """What an encoder is told besides pixels; each format takes what it knows.

    Attributes:
        quality: 1 to 100, on the scale of the format's usual encoder; of a WebP, 100 is lossless.
        lossless: WebP, JXL: keep every pixel, whatever the quality.
        progressive: JPEG: in scans from coarse to fine.
        subsampling: JPEG: of colour, `4:4:4`, `4:2:2` or `4:2:0`, or 0, 1, 2 for
            them; None for 4:2:0.
        qtables: JPEG: quantisation tables of 64 numbers each, zigzag undone, or the name of one of
            Pillow's presets (`web_high`); they take the quality's place.
        jpegli: JPEG: by Google's jpegli, where it is installed and can do what else is asked for.
        webp_effort: 0 (fast) to 6 (small).
        avif_speed: 1 (small) to 10 (fast); 0 for what a request can wait for.
        png_compression: 0 (none) to 9 (small).
        png_palette: PNG: at most 256 colours, which loses some.
        indexed: the original has a palette; so shall the PNG.
        exif: EXIF data that is kept, with or without the `Exif` header before it.
        iptc: JPEG: what is kept of the original's APP13 segment, `Photoshop 3.0` included.
    """

    quality: int = 80
    lossless: bool = False
    progressive: bool = True
    subsampling: str | int | None = None
    qtables: Tables | str | None = None
    jpegli: bool = False
    webp_effort: int = 2
    avif_speed: int = 0
    png_compression: int = 4
    png_palette: bool = False
    indexed: bool = False
    exif: bytes | None = None
    iptc: bytes | None = None
