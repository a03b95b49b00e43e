"""What differs between two answers to the same URL."""

import json
import math
from io import BytesIO
from typing import Any, NamedTuple

from PIL import Image, ImageChops, ImageSequence, ImageStat
from tornado.httpclient import HTTPResponse

LEAST_PSNR = 35.0
SAME = 99.0  # in place of infinity
GREY = (128, 128, 128, 255)


class Difference(NamedTuple):
    """What differs in one aspect; in dB where it is about pixels."""

    text: str
    decibels: float | None = None


Differences = dict[str, Difference]


def differences(stock: HTTPResponse, ours: HTTPResponse) -> Differences:
    """What differs, by aspect: status, type, meta, size, frames, alpha or psnr.

    The PSNR, in dB of the worst frame, is of the pictures as they look on grey; `alpha` is that of
    the transparency.
    """
    if stock.code != ours.code:
        return {"status": Difference(f"{stock.code} is {ours.code}")}
    if stock.code != 200:
        return {}
    kind = stock.headers["Content-Type"]
    if kind != ours.headers["Content-Type"]:
        return {"type": Difference(f"{kind} is {ours.headers['Content-Type']}")}
    if kind.startswith("application/json"):
        told, tells = _meta(stock), _meta(ours)
        return {} if told == tells else {"meta": Difference(f"{told} is {tells}")}
    return _of_pictures(Image.open(BytesIO(stock.body)), Image.open(BytesIO(ours.body)))


def _meta(response: HTTPResponse) -> Any:
    return json.loads(response.body)["thumbor"]


def _of_pictures(stock: Image.Image, ours: Image.Image) -> Differences:
    if stock.format != ours.format:
        return {"type": Difference(f"{stock.format} is {ours.format}")}
    if stock.size != ours.size:
        return {"size": Difference(f"{stock.size} is {ours.size}")}
    frames = getattr(stock, "n_frames", 1), getattr(ours, "n_frames", 1)
    if frames[0] != frames[1]:
        return {"frames": Difference(f"{frames[0]} is {frames[1]}")}
    pairs = [
        (before.convert("RGBA"), after.convert("RGBA"))
        for before, after in zip(
            ImageSequence.Iterator(stock), ImageSequence.Iterator(ours), strict=True
        )
    ]
    alike = {
        "psnr": min(psnr(on_grey(before), on_grey(after)) for before, after in pairs),
        "alpha": min(psnr(a.getchannel("A"), b.getchannel("A")) for a, b in pairs),
    }
    return {
        name: Difference(f"{value:.1f} dB", value)
        for name, value in alike.items()
        if value <= LEAST_PSNR
    }


def on_grey(image: Image.Image) -> Image.Image:
    """How an RGBA picture looks on a grey page, in RGB."""
    return Image.alpha_composite(Image.new("RGBA", image.size, GREY), image).convert("RGB")


def psnr(one: Image.Image, other: Image.Image) -> float:
    """The peak signal-to-noise ratio of two pictures of one mode and size, in dB; at most SAME."""
    squares = ImageStat.Stat(ImageChops.difference(one, other)).sum2
    mean = sum(squares) / (one.width * one.height * len(squares))
    return min(SAME, 10 * math.log10(255**2 / mean)) if mean else SAME
