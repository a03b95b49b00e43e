"""Thousands of renders of many originals by one server, and its memory meanwhile."""

import itertools
import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import local
from typing import Any

import requests

from tests.hostile.seeds import picture
from tests.imaging.pictures import moving
from tests.integration.conftest import PATIENCE, Service
from tests.long.memory import resident_bytes
from tests.parity.originals import scene

CLIENTS = 4
SAMPLE_EVERY = 100  # renders
SIDES = (120, 300, 640, 1000, 1600)
KINDS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("JPEG", "RGB", {"quality": 85}),
    ("JPEG", "RGB", {"quality": 85, "progressive": True}),
    ("JPEG", "L", {}),
    ("JPEG", "CMYK", {}),
    ("PNG", "RGB", {"compress_level": 1}),
    ("PNG", "RGBA", {"compress_level": 1}),
    ("WEBP", "RGB", {"method": 0}),
    ("WEBP", "RGBA", {"method": 0}),
    ("TIFF", "RGB", {"compression": "tiff_lzw"}),
)
OPTIONS: tuple[Callable[[int, int], str], ...] = (
    lambda w, h: f"{w}x{h}",
    lambda w, h: f"fit-in/{w}x{h}",
    lambda w, h: f"{w}x0/filters:format(webp)",
    lambda w, h: f"{w}x{h}/filters:format(png)",
    lambda w, h: f"-{w}x{h}/filters:blur(3):brightness(10)",
    lambda w, h: f"5x5:90x80/{w}x{h}/filters:grayscale()",
    lambda w, h: f"fit-in/{w}x{h}/filters:fill(ddeeff):format(jpeg)",
    lambda w, h: f"trim/{w}x0/filters:quality(60)",
    lambda w, h: f"{w}x{h}/filters:rotate(90):sharpen(1,0.5,true)",
    lambda w, h: f"meta/{w}x{h}",
)


def originals(count: int) -> Iterator[tuple[str, bytes]]:
    """Names and contents of many formats, modes and sizes; a few move."""
    for place, (kind, mode, options) in zip(range(count), itertools.cycle(KINDS)):
        side = SIDES[place % len(SIDES)]
        if place % 20 == 19:
            yield f"{place}.gif", moving("GIF", frames=3)
        elif place % 40 == 18:
            image = scene("RGB", (200, 150), place)
            yield f"{place}.avif", picture(image, "AVIF", speed=10)
        else:
            image = scene(mode, (side, side * 3 // 4), place)
            yield f"{place}.{kind.lower()}", picture(image, kind, **options)


def paths(keys: list[str], count: int, seed: int = 1) -> Iterator[str]:
    """What is asked for: all originals alike, with every kind of options, few twice."""
    dice = random.Random(seed)
    for _ in range(count):
        options = dice.choice(OPTIONS)(dice.randint(20, 320), dice.randint(20, 320))
        yield f"/t/{options}/u/{dice.choice(keys)}"


def soak(service: Service, asked: Iterator[str]) -> list[int]:
    """Ask for all of it by a few clients; returns the server's memory in bytes, now and then."""
    (pid,) = service.children()
    sessions = local()
    memory = [resident_bytes(pid)]

    def ask(path: str) -> None:
        if not hasattr(sessions, "own"):
            sessions.own = requests.Session()
        answer = sessions.own.get(service.url + path, timeout=PATIENCE)
        assert answer.status_code == 200, f"{path}: {answer.text[:300]}"

    with ThreadPoolExecutor(CLIENTS) as pool:
        while some := list(itertools.islice(asked, SAMPLE_EVERY)):
            list(pool.map(ask, some))
            memory.append(resident_bytes(pid))
    return memory
