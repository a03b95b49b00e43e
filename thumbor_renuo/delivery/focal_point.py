"""Which part of an original matters, as whoever uploaded it has said."""

import re
from collections.abc import Mapping
from typing import NamedTuple

MARK = "focal"
"""The user metadata of the object: `x-amz-meta-focal: 0.4x0.3`."""
SHARE = r"(0(?:\.[0-9]{1,9})?|1(?:\.0{1,9})?|\.[0-9]{1,9})"
VALUE = re.compile(rf"\s*{SHARE}\s*x\s*{SHARE}\s*")


class FocalShare(NamedTuple):
    """A place in a picture: shares of its width and height as displayed, 0 to 1."""

    across: float
    down: float

    def pixel(self, width: int, height: int) -> tuple[int, int]:
        """The same in a picture of this size, from its upper left corner."""
        return (
            min(int(self.across * width), width - 1),
            min(int(self.down * height), height - 1),
        )


def focal_share(metadata: Mapping[str, str]) -> FocalShare | None:
    """What an object's user metadata says; None where that is nothing, or nothing sensible.

    Args:
        metadata: as S3 gives it, names without `x-amz-meta-`.
    """
    match = VALUE.fullmatch(metadata.get(MARK, ""))
    return FocalShare(float(match[1]), float(match[2])) if match else None
