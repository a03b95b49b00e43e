"""How large a thumbnail becomes: what Thumbor's transformer and filters will make of a source."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from thumbor_renuo.delivery.filter_calls import split_filters
from thumbor_renuo.errors import InvalidOptions

HALF_UP = 1e-5  # what Thumbor adds so that .5 is rounded up
SIDEWAYS = {"rotate(90)", "rotate(270)"}
Size = tuple[int, int]


def output_size(parameters: Mapping[str, Any], width: int, height: int) -> Size:
    """Width and height of the thumbnail in pixels.

    Args:
        parameters: as Thumbor's grammar names canonical options.
        width, height: of the source as it is displayed, in pixels.

    Raises:
        InvalidOptions: less than a pixel would be left.
    """
    return steps(parameters, width, height)[-1]


def cropped(parameters: Mapping[str, Any], width: int, height: int) -> Size:
    """What a manual crop leaves of a source, in pixels; all of it without one."""
    left, right = (min(int(parameters.get(f"crop_{s}") or 0), width) for s in ("left", "right"))
    top, bottom = (min(int(parameters.get(f"crop_{s}") or 0), height) for s in ("top", "bottom"))
    if left >= right or top >= bottom:
        return width, height
    return right - left, bottom - top


def steps(parameters: Mapping[str, Any], width: int, height: int) -> list[Size]:
    """The sizes that are made one after the other; the last is the thumbnail's.

    What `trim` cuts away only the pixels tell: it is taken for nothing.

    Raises:
        InvalidOptions: less than a pixel would be left.
    """
    filters = split_filters(parameters.get("filters"))
    source = cropped(parameters, width, height)
    request = _Request.of(parameters, source)
    if "no_upscale()" in filters:
        request = _Request(min(request.width, width), min(request.height, height))
    if parameters.get("fit_in"):
        size, request = _fitted(parameters, source, request)
    else:
        size = request.target(source)
    made = [(int(size[0] or 1), int(size[1] or 1))]
    for call in filters:
        made.append(_filtered(call, made[-1], request))
    return made


@dataclass(frozen=True)
class _Request:
    """The size that is asked for; 0 is free."""

    width: int
    height: int

    @classmethod
    def of(cls, parameters: Mapping[str, Any], source: Size) -> "_Request":
        sides = (parameters.get("width"), parameters.get("height"))
        return cls(
            *(
                own if side == "orig" else int(side or 0)
                for side, own in zip(sides, source, strict=True)
            )
        )

    def target(self, source: Size) -> tuple[float, float]:
        """Both sides; the free one is as long as the source's shape wants."""
        width, height = source
        if not self.width and not self.height:
            return source
        return (
            self.width or round(float(self.height) * width / height, 0),
            self.height or round(float(self.width) * height / width, 0),
        )


def _fitted(
    parameters: Mapping[str, Any], source: Size, request: _Request
) -> tuple[tuple[float, float], _Request]:
    target = request.target(source)
    if parameters.get("adaptive") and _is_across(source, target):
        target, request = target[::-1], _Request(request.height, request.width)
    is_full = bool(parameters.get("full"))
    if not is_full and target[0] >= source[0] and target[1] >= source[1]:
        return source, request
    size = _within(source, target, is_full=is_full)
    wider, higher = max(request.width, size[0]), max(request.height, size[1])
    return size, _Request(int(wider), int(higher))


def _is_across(source: Size, target: tuple[float, float]) -> bool:
    return (source[0] - source[1]) * (target[0] - target[1]) < 0


def _within(source: Size, target: tuple[float, float], *, is_full: bool) -> tuple[float, float]:
    """The source's shape, within the target or, where it is to be full, around it."""
    width, height = source
    if 0 in target:
        raise InvalidOptions("the thumbnail would be less than a pixel wide or high")
    sign = -1 if is_full else 1
    if width / target[0] * sign >= height / target[1] * sign:
        size = target[0], float(round(height * target[0] / width + HALF_UP))
    else:
        size = float(round(width * target[1] / height + HALF_UP)), target[1]
    if 0 in size:
        raise InvalidOptions("the thumbnail would be less than a pixel wide or high")
    return size


def _filtered(call: str, size: Size, request: _Request) -> Size:
    name, _, arguments = call.removesuffix(")").partition("(")
    if name == "fill":
        return request.width or size[0], request.height or size[1]
    if name == "proportion":
        return _in_proportion(size, float(arguments))
    if call == "upscale()":
        return _upscaled(size, request)
    return size[::-1] if call in SIDEWAYS else size


def _in_proportion(size: Size, value: float) -> Size:
    width, height = size[0] * value, size[1] * value
    return size if width < 1 or height < 1 else (int(width), int(height))


def _upscaled(size: Size, request: _Request) -> Size:
    if size[0] >= request.width or size[1] >= request.height:
        return size
    if size[0] * 1.0 / request.width >= size[1] * 1.0 / request.height:
        return request.width, int(size[1] * request.width / size[0])
    return int(size[0] * request.height / size[1]), request.height
