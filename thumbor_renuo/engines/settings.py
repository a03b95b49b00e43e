"""What the engine takes of the options, Thumbor's and ours, read once for a process."""

from dataclasses import dataclass, replace
from typing import Any, Self
from weakref import WeakKeyDictionary

from thumbor.config import Config

from thumbor_renuo.config import switch  # and it defines our options, which a bare Thumbor has not
from thumbor_renuo.imaging.encoders import EncodeOptions
from thumbor_renuo.imaging.source import DecodeOptions

QUALITIES = {"webp": "WEBP_QUALITY", "avif": "AVIF_QUALITY", "heic": "HEIF_QUALITY"}
DEFAULT_QUALITY = 80  # Thumbor's


@dataclass(frozen=True)
class EngineSettings:
    """Set by a Thumbor config.

    Attributes:
        decoding: how originals are read.
        encoding: how all is encoded; of formats with a quality of their own, that is `qualities`.
        qualities: 1 to 100, by format.
        keeps_exif, keeps_copyright, keeps_iptc: what of the original's metadata stays.
        keeps_palette: a PNG or GIF of an original with a palette has one, too.
        max_pixels: the most that an original has; None: no limit.
    """

    decoding: DecodeOptions
    encoding: EncodeOptions
    qualities: dict[str, int]
    keeps_exif: bool
    keeps_copyright: bool
    keeps_iptc: bool
    keeps_palette: bool
    max_pixels: int | None

    @classmethod
    def of(cls, config: Any) -> Self:
        """Those of a config; the answer is kept for it."""
        if config not in _READ:
            _READ[config] = cls._read(config)
        return _READ[config]  # type: ignore[return-value]

    @classmethod
    def _read(cls, config: Any) -> Self:
        return cls(
            decoding=DecodeOptions(
                truncated=switch.parse(config.TRUNCATED_IMAGES),
                wide_gamut=switch.parse(config.WIDE_GAMUT),
                first_frame=not config.ALLOW_ANIMATED_GIFS,
            ),
            encoding=_encoding(config),
            qualities=_qualities(config),
            keeps_exif=bool(config.PRESERVE_EXIF_INFO),
            keeps_copyright=bool(config.PRESERVE_EXIF_COPYRIGHT_INFO),
            keeps_iptc=bool(config.PRESERVE_IPTC_INFO),
            keeps_palette=bool(config.PILLOW_PRESERVE_INDEXED_MODE),
            max_pixels=int(config.MAX_PIXELS) if config.MAX_PIXELS else None,
        )

    def options(self, name: str, quality: int | None) -> EncodeOptions:
        """How a format is encoded.

        Args:
            quality: 1 to 100, what is outside counts as the nearest; None for the configured one.
        """
        chosen = self.qualities.get(name, self.encoding.quality) if quality is None else quality
        return replace(self.encoding, quality=min(max(_number(chosen), 1), 100))


_READ: WeakKeyDictionary[Config, EngineSettings] = WeakKeyDictionary()


def _encoding(config: Any) -> EncodeOptions:
    subsampling, qtables = config.PILLOW_JPEG_SUBSAMPLING, config.PILLOW_JPEG_QTABLES
    level = config.PNG_COMPRESSION_LEVEL
    options = EncodeOptions(
        quality=_number(config.QUALITY),
        progressive=bool(config.PROGRESSIVE_JPEG),
        # `keep` is about the original's, of which none are left once a picture is resampled.
        subsampling=None if subsampling == "keep" else subsampling,
        qtables=None if qtables == "keep" else qtables,
        jpegli=config.JPEG_ENCODER == "jpegli",
        webp_effort=int(config.WEBP_EFFORT),
        avif_speed=int(config.AVIF_SPEED or 0),
        png_palette=switch.parse(config.PNG_PALETTE),
    )
    return options if level is None else replace(options, png_compression=int(level))


def _qualities(config: Any) -> dict[str, int]:
    found = {name: getattr(config, option) for name, option in QUALITIES.items()}
    return {name: _number(quality) for name, quality in found.items() if quality is not None}


def _number(quality: Any) -> int:
    # `keep` is the original's, which says nothing of a picture of another size.
    return DEFAULT_QUALITY if quality == "keep" else int(quality)
