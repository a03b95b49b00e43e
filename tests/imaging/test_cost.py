"""thumbor_renuo.imaging.cost: the memory of a render, estimated."""

import struct
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from thumbor_renuo.imaging.cost import AT_REST, CHILD_AT_REST, Job, estimate_bytes
from thumbor_renuo.imaging.header import Header, read_header
from thumbor_renuo.imaging.isolated.protocol import MEMORY_BYTES

MB = 1024**2
LARGE, THUMBNAIL = (6000, 4000), (512, 341)
SAMPLE = Image.linear_gradient("L").convert("RGB")


def file(kind: str, **options: Any) -> bytes:
    written = BytesIO()
    SAMPLE.save(written, kind, **options)
    return written.getvalue()


def job(kind: str, made: tuple[int, int] = THUMBNAIL, **options: Any) -> Job:
    """A picture of 24 megapixels: a small file, whose header says so."""
    data = file(kind, **options)
    header = replace(read_header(data), stored_width=LARGE[0], stored_height=LARGE[1])
    return Job(data, header, LARGE, [made], ["jpeg"])


# What was measured on photographs of that size, without the bytes of their files, in MB.
@pytest.mark.parametrize(("kind", "options", "made", "measured"), [
    ("JPEG", {}, THUMBNAIL, 2), ("JPEG", {}, (1100, 733), 10), ("JPEG", {}, (2200, 1467), 40),
    ("JPEG", {}, (4500, 3000), 157),
    ("PNG", {}, THUMBNAIL, 23), ("PNG", {}, (2200, 1467), 58), ("PNG", {}, (4500, 3000), 155),
    ("WEBP", {}, THUMBNAIL, 6), ("WEBP", {}, (2200, 1467), 61), ("WEBP", {}, (4500, 3000), 221),
    ("WEBP", {"lossless": True}, THUMBNAIL, 95), ("AVIF", {}, THUMBNAIL, 365),
    ("TIFF", {}, THUMBNAIL, 25),
])  # fmt: skip
def test_it_is_enough_and_not_far_too_much(
    kind: str, options: dict[str, Any], made: tuple[int, int], measured: int
) -> None:
    """Never less than was measured; at most twice as much, and what is kept for the next one."""
    estimate = estimate_bytes(job(kind, made, **options)) / MB
    assert measured < estimate < 2 * measured + 40


@pytest.mark.parametrize(("subsampling", "width", "measured"), [
    (0, 300, 13), (0, 1100, 146), (0, 4500, 208), (2, 300, 8), (2, 1100, 76), (2, 4500, 155),
])  # fmt: skip
def test_a_progressive_jpeg_is_held_in_coefficients(
    subsampling: int, width: int, measured: int
) -> None:
    """All of them, of colours as many as there are, but where the blocks' means are enough."""
    asked = job("JPEG", (width, width * 2 // 3), progressive=True, subsampling=subsampling)
    data = asked.data.replace(b"\x01\x00\x01\x00\x03", bytes.fromhex("0fa0177003"), 1)
    assert data != asked.data  # the frame's own sides, too
    estimate = estimate_bytes(replace(asked, data=data)) / MB
    assert measured - 10 < estimate < 2 * measured + 40


def test_an_interlaced_png_is_held_whole() -> None:
    """Its first line is known only when its last pass is read."""
    plain = job("PNG")
    interlaced = replace(plain, header=replace(plain.header, is_progressive=True))
    assert estimate_bytes(interlaced) - estimate_bytes(plain) >= 72 * MB


def test_a_crop_needs_its_own_lines_only() -> None:
    """Of what is decoded in full size."""
    whole, part = job("JPEG", LARGE), replace(job("JPEG", (2000, 2000)), box=(2000, 2000))
    assert 53 * MB < estimate_bytes(part) < 120 * MB
    assert estimate_bytes(whole) > 200 * MB


# The peak of the process over what it takes at rest, with 8 bits and three channels in full
# resolution, and with 10 bits and transparency.
@pytest.mark.parametrize(("sides", "bits", "measured"), [
    ((1000, 1000), 8, 9), ((2000, 2000), 8, 32), ((4000, 3000), 8, 94), ((6000, 4000), 8, 185),
    ((2000, 2000), 10, 67), ((4000, 3000), 10, 198), ((1000, 12_000), 10, 198),
])  # fmt: skip
def test_the_process_that_decodes_avif_counts(
    sides: tuple[int, int], bits: int, measured: int
) -> None:
    """With what it takes at rest, and what the server reads of its pixels."""
    header = Header("avif", *sides, bits=bits)
    estimate = estimate_bytes(Job(b"", header, sides, [(100, 100)], ["jpeg"]))
    alone = estimate - AT_REST - CHILD_AT_REST
    read = sides[0] * sides[1] * 4 // 8**2
    assert alone > measured * MB + read


# As the peak of both processes over what the server takes at rest, made whole and small.
@pytest.mark.parametrize(("sides", "options", "made", "measured"), [
    ((4032, 3024), {}, (512, 384), 58), ((4032, 3024), {}, (4032, 3024), 76),
    ((9200, 6900), {}, (9200, 6900), 392), ((8000, 6000), {"has_alpha": True}, (512, 384), 327),
    ((6000, 4000), {"bits": 10}, (6000, 4000), 353),
])  # fmt: skip
def test_the_process_that_decodes_heic_counts(
    sides: tuple[int, int], options: dict[str, Any], made: tuple[int, int], measured: int
) -> None:
    """With 8 bits, with transparency, and with 10 bits and colours in full resolution."""
    header = Header("heic", *sides, **{"has_alpha": False, **options})
    assert estimate_bytes(Job(b"", header, sides, [made], ["jpeg"])) > measured * MB


# As the peak of both processes, of 16 megapixels; the original is small.
@pytest.mark.parametrize(("kind", "alpha", "measured"), [
    ("avif", False, 488), ("webp", False, 208), ("heic", False, 316),
    ("avif", True, 508), ("webp", True, 566), ("heic", True, 544),
])  # fmt: skip
def test_the_process_that_encodes_counts(kind: str, *, alpha: bool, measured: int) -> None:
    """It is given the pixels once more."""
    header = Header("bmp", 100, 100, has_alpha=alpha)
    estimate = estimate_bytes(Job(b"", header, (100, 100), [(4000, 4000)], [kind])) / MB
    assert measured < estimate < 1.3 * measured + 40


# With the bytes of their files, which libtiff holds once more, in MB.
@pytest.mark.parametrize(("tags", "bits", "alpha", "size", "measured"), [
    ({278: 16}, 8, False, 34, 26), ({278: 4000}, 8, False, 34, 59), ({278: 4000}, 8, False, 26, 52),
    ({278: 4000}, 8, False, 45, 70), ({278: 4000}, 8, True, 26, 71), ({}, 8, False, 45, 70),
    ({322: 256, 323: 256}, 8, False, 38, 25), ({322: 4096, 323: 4000}, 8, False, 47, 155),
    ({322: 4096, 323: 4000}, 8, False, 7, 136), ({322: 4096, 323: 4000}, 16, False, 42, 270),
])  # fmt: skip
def test_a_tiff_is_held_in_strips_or_tiles(
    tags: dict[int, int], bits: int, *, alpha: bool, size: int, measured: int
) -> None:
    """However large they are, compressed or not: measured as cut to 300 by 300 pixels."""
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags.items())
    data = b"II*\0" + struct.pack("<IH", 8, len(tags)) + entries
    header = Header("tiff", *LARGE, has_alpha=alpha, bits=bits)
    asked = Job(data.ljust(size * MB, b"\0"), header, (4000, 4000), [(300, 300)], ["jpeg"])
    assert measured < estimate_bytes(asked) / MB - size < 2 * measured + 110


def test_what_counts_beside_the_original() -> None:
    """The bytes of the file, the format, filters, further images, and each frame."""
    plain = job("JPEG", (2000, 1333))
    base = estimate_bytes(plain)
    assert estimate_bytes(replace(plain, data=plain.data + bytes(MB))) == base + MB
    assert estimate_bytes(replace(plain, formats=["jpeg", "avif"])) > base + 40 * MB
    assert estimate_bytes(replace(plain, has_filters=True)) > base + 20 * MB
    logo = Header("png", 1000, 1000)
    assert estimate_bytes(replace(plain, further=[logo])) == base + 8_000_000
    moving = replace(job("GIF", (300, 200)), header=Header("gif", 1200, 800, frames=30))
    still = replace(moving, header=Header("gif", 1200, 800))
    assert estimate_bytes(moving) > estimate_bytes(still) + 30 * 300 * 200 * 3


def drawing(
    content: bytes, made: tuple[int, int], sides: tuple[int, int] = (400, 300), **options: Any
) -> Job:
    data = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 3">' + content + b"</svg>"
    header = Header("svg", *sides, layers=read_header(data).layers)
    return replace(Job(data, header, sides, [made], ["png"]), **options)


def test_an_svg_is_drawn_in_the_size_that_is_asked_for() -> None:
    """However large it says that it is."""
    asked = drawing(b"<rect/>", (10, 10), (60_000, 60_000))
    assert estimate_bytes(asked) < AT_REST + CHILD_AT_REST + MB


BLURRED = b'<filter id="f"><feGaussianBlur/></filter><rect filter="url(#f)"/>'
STEPS = b'<filter id="f">' + b"<feOffset/>" * 40 + b'</filter><rect filter="url(#f)"/>'


# As the peak of the process that draws, over what it takes at rest.
@pytest.mark.parametrize(("content", "made", "measured"), [
    (b"<rect/>", (2000, 1500), 23), (b"<rect/>", (4000, 3000), 92),
    (b'<g opacity=".9">' * 10 + b"</g>" * 10, (2000, 1500), 126),
    (b'<g opacity=".9">' * 10 + b"</g>" * 10, (4000, 3000), 533),
    (b'<mask id="m"/><g mask="url(#m)"/>', (4000, 3000), 222),
    (BLURRED, (2000, 1500), 81), (BLURRED, (4000, 3000), 398), (STEPS, (2000, 1500), 493),
])  # fmt: skip
def test_what_an_svg_takes_to_be_drawn(
    content: bytes, made: tuple[int, int], measured: int
) -> None:
    """With filters, masks and groups, which are pictures of their own."""
    estimate = estimate_bytes(drawing(content, made)) / MB
    assert measured + CHILD_AT_REST / MB < estimate < 2 * measured + 160


def test_a_part_of_an_svg_has_layers_of_the_whole() -> None:
    """But is drawn in tiles."""
    part: dict[str, Any] = {"sides": (10_000, 7500), "box": (300, 300)}
    plain = estimate_bytes(drawing(b"<rect/>", (300, 300), **part)) / MB
    layered = estimate_bytes(drawing(b'<g opacity=".9"/>', (300, 300), **part)) / MB
    assert 31 < plain < 120
    assert layered > 305 + CHILD_AT_REST / MB


def test_an_svg_takes_no_more_than_its_process_may() -> None:
    """Whatever it asks for."""
    asked = drawing(STEPS * 99, (2000, 1500))
    most = AT_REST + CHILD_AT_REST + MEMORY_BYTES + len(asked.data) + 2000 * 1500 * 5
    assert estimate_bytes(asked) <= most


@pytest.mark.parametrize(("options", "is_held"), [({}, False), ({"restart_marker_rows": 1}, True)])
def test_what_the_quick_way_does_not_read_is_held(options: dict[str, Any], is_held: bool) -> None:
    """Blocks whose means cannot be read by themselves, for there are restarts between them."""
    asked = job("JPEG", (300, 200), progressive=True, subsampling=0, **options)
    data = asked.data.replace(b"\x01\x00\x01\x00\x03", bytes.fromhex("0fa0177003"), 1)
    estimate = estimate_bytes(replace(asked, data=data))
    assert (estimate > 100 * MB) == is_held
