"""What the headers of pictures tell, read here byte by byte: one module for each container."""

from dataclasses import dataclass

ON_ITS_SIDE = 5  # this EXIF orientation and those above swap width and height


@dataclass(frozen=True)
class Header:
    """A picture's true type, and what it says of itself.

    Attributes:
        format: jpeg, png, webp, gif, avif, heic, jxl, tiff, bmp or svg.
        stored_width, stored_height: in pixels, before the EXIF orientation; of an SVG, the size
            that it is drawn in where none is asked for.
        frames: how many of them are decoded; of APNG and of AVIF sequences only the first one is.
        orientation: EXIF's, 1 to 8. What the decoder turns itself, as that of AVIF does, is 1.
        has_alpha: whether there is an alpha channel, or a transparent colour; None: not known.
        bits: of a channel.
        is_progressive: a JPEG in several scans, or interlaced: it is held in memory whole.
        delays_ms: how long each frame of an animation is shown, in milliseconds.
        loop: how often an animation is played; 0: without end.
        layers: of an SVG: how many pictures of its size may be held at once to draw it.
    """

    format: str
    stored_width: int
    stored_height: int
    frames: int = 1
    orientation: int = 1
    has_alpha: bool | None = None
    bits: int = 8
    is_progressive: bool = False
    delays_ms: tuple[int, ...] = ()
    loop: int = 0
    layers: int = 0

    @property
    def width(self) -> int:
        """In pixels, as displayed."""
        return self.stored_height if self.orientation >= ON_ITS_SIDE else self.stored_width

    @property
    def height(self) -> int:
        """In pixels, as displayed."""
        return self.stored_width if self.orientation >= ON_ITS_SIDE else self.stored_height
