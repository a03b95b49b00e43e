"""GET /t/<options>/u/<key> and Thumbor's signed URLs."""

import asyncio
import json
from io import BytesIO
from typing import Any
from urllib.parse import quote

import pytest
from libthumbor import CryptoURL
from PIL import Image

from tests.conftest import ENVIRONMENT
from tests.handlers.conftest import FOLDER, Fetch, error_of, opened, picture

KEY = f"{FOLDER}/a.jpg"


@pytest.fixture
def source(bucket: Any) -> bytes:
    """A picture of 640 x 480, left red, right blue."""
    data = picture(size=(640, 480))
    bucket.put_object(Key=KEY, Body=data)
    return data


LEGACY = (
    "300x300/filters:brightness(-40):contrast(40):noise(200):rgb(20,-20,40)"
    ":round_corner(100,255,255,255)"
)
OPTIONS = [
    ("300x300", (300, 300)), ("fit-in/300x300", (300, 225)), ("200x300/smart", (200, 300)),
    ("filters:brightness(-40)", (640, 480)), ("0x100", (133, 100)), ("-100x100", (100, 100)),
    ("10x10:110x60/0x0", (100, 50)), ("trim/100x100", (100, 100)), ("100x0", (100, 75)),
    ("adaptive-fit-in/100x200", (133, 100)), ("full-fit-in/100x100", (133, 100)),
    (LEGACY, (300, 300)),
    ("300x300/smart/filters:quality(10):round_corner(60,10,10,255)", (300, 300)),
    ("300x300/filters%3abrightness%28-40%29", (300, 300)), ("fit-in%2f300x300", (300, 225)),
]  # fmt: skip


@pytest.mark.parametrize(("options", "size"), OPTIONS)
@pytest.mark.usefixtures("source")
async def test_a_thumbnail(fetch: Fetch, options: str, size: tuple[int, int]) -> None:
    """Thumbor's options make the picture they say, on a path without signature."""
    response = await fetch(f"/t/{options}/u/{KEY}")
    assert response.code == 200
    assert response.headers["Content-Type"] == "image/jpeg"
    assert response.headers["Cache-Control"].startswith("public, max-age=2592000, s-maxage=")
    assert opened(response).size == size


@pytest.mark.usefixtures("source")
async def test_the_alias_and_the_empty_options(fetch: Fetch) -> None:
    """/thumb/ is /t/, and without options the picture keeps its size."""
    assert opened(await fetch(f"/thumb/30x30/u/{KEY}")).size == (30, 30)
    assert opened(await fetch(f"/t/u/{KEY}")).size == (640, 480)


@pytest.mark.usefixtures("source")
async def test_head_and_not_modified(fetch: Fetch) -> None:
    """HEAD has GET's headers; the ETag saves the bytes."""
    get, head = await fetch(f"/t/30x30/u/{KEY}"), await fetch(f"/t/30x30/u/{KEY}", "HEAD")
    assert (head.code, head.body) == (200, b"")
    for name in ("Content-Length", "Content-Type", "ETag", "Cache-Control"):
        assert head.headers[name] == get.headers[name]
    again = await fetch(f"/t/30x30/u/{KEY}", headers={"If-None-Match": get.headers["ETag"]})
    assert (again.code, again.body) == (304, b"")


async def test_orientation_is_respected(fetch: Fetch, bucket: Any) -> None:
    """A picture taken upright (EXIF 6) is shown upright."""
    exif = Image.Exif()
    exif[0x0112] = 6
    bucket.put_object(Key=KEY, Body=picture(size=(400, 200), exif=exif))
    upright = opened(await fetch(f"/t/fit-in/100x100/u/{KEY}")).convert("RGB")
    assert upright.size == (50, 100)
    red, _, blue = upright.getpixel((25, 10))
    assert red > 200 > blue


async def test_a_key_that_looks_like_an_option(fetch: Fetch, bucket: Any) -> None:
    """Splitting is at the first /u/, and what follows is the key."""
    for name in ("smart/a.jpg", "u/a.jpg", "300x300/filters:blur(1)/a.jpg", "Ümläut ß.jpg"):
        bucket.put_object(Key=f"{FOLDER}/{name}", Body=picture())
        assert (await fetch(f"/t/9x9/u/{quote(f'{FOLDER}/{name}')}")).code == 200


@pytest.mark.parametrize("kind", ["PNG", "GIF", "WEBP", "AVIF", "BMP", "TIFF"])
async def test_other_formats(fetch: Fetch, bucket: Any, kind: str) -> None:
    """What Pillow reads is served in a type that browsers show."""
    bucket.put_object(Key=KEY, Body=picture(kind))
    response = await fetch(f"/t/20x20/u/{KEY}")
    assert response.code == 200
    assert opened(response).size == (20, 20)


@pytest.mark.parametrize(("options", "named"), [
    ("bogus", "bogus"), ("300x300/bogus", "bogus"), ("smart/300x300", "300x300"),
    ("debug", "debug"),
    ("300x300/filters:nope(1)", "nope"), ("filters:blur(a)", "blur(a)"), ("5001x1", "5000"),
    ("1x5001", "5000"), ("9" * 5000 + "x1", "5000"),
    ("1x1:99999x2/10x10", "crop_right"), ("trim:99999", "trim"), ("filters:fill(zzz)", "fill"),
    ("filters:" + ":".join(["grayscale()"] * 11), "11 filters"),
    ("filters:sharpen(2,1001,true)", "sharpen"), ("filters:curve([(2,0),(1,0)],[],[],[])", "curve"),
    ("filters:round_corner(1,0,0,256)", "round_corner"), ("/20x20", "empty"),
    ("filters:text(a,0,0,501)", "1 to 500"), ("filters:text(a,0,0,9,red,0,x)", "sans"),
    ("filters:watermark(x.png,0,0,0)", "x.png"),
    ("filters:rotate(99999999999999999999)", "rotate"), ("filters:proportion(1000)", "proportion"),
    ("filters:watermark(http://169.254.169.254/x,0,0,0)", "169.254.169.254"),
    ("filters:watermark(o/foobar-develop/missing.png,0,0,0)", "missing.png"),
    ("filters:frame(missing.png)", "missing.png"),
    ("filters:convolution(1;2,0,true)", "convolution"),
    ("unsafe/300x300", "unsafe"),
])  # fmt: skip
@pytest.mark.usefixtures("source")
async def test_options_that_are_refused(fetch: Fetch, options: str, named: str) -> None:
    """400 names what is wrong; nothing is silently left out, and nothing is a 500."""
    response = await fetch(f"/t/{options}/u/{KEY}")
    assert response.code == 400
    assert named in error_of(response)["message"]
    assert response.headers["Cache-Control"] == "public, max-age=10"


LONG = "a" * 10_000


@pytest.mark.parametrize(("path", "code"), [
    (f"/t/30x30/u/{FOLDER}/missing.jpg", 404), ("/t/30x30/u/o/nobody/a.jpg", 404),
    ("/t/30x30", 400), ("/t/30x30/", 400), ("/t/", 400), ("/t/30x30/u/", 400),
    ("/t/30x30/u/http://169.254.169.254/x", 400), ("/t/30x30/u/o/foobar-develop/../x/y", 400),
    ("/t/30x30/u/%2e%2e/o/foobar-develop/x", 400), ("/t/30x30/u/o/foobar-develop/%2e%2e/x", 400),
    ("/t/30x30/u/o/foobar-develop/a%00", 400), ("/t/30x30/u/o/foobar-develop/%ff", 400),
    ("/t/%ff/u/o/foobar-develop/x", 400), (f"/t/30x30/u/o/foobar-develop/{LONG}", 400),
    (f"/t/{LONG}/u/o/foobar-develop/a.jpg", 400), (f"/t/{LONG}", 400), ("/", 404), ("/x", 404),
    ("/favicon.ico", 404), ("/unsafe/30x30/o/foobar-develop/a.jpg", 400),
    ("/aaaa/30x30/o/foobar-develop/a.jpg", 404), ("/%ff/x", 404), ("/../../etc/passwd", 404),
    ("/" + "a" * 27 + "=/30x30/o/foobar-develop/a.jpg", 400), ("/" + "a" * 27 + "=/%ff", 400),
    ("/blacklist", 404), ("/image", 404), ("/debug", 404),
])  # fmt: skip
@pytest.mark.usefixtures("bucket")
async def test_hostile_and_missing_paths(fetch: Fetch, path: str, code: int) -> None:
    """The right error, in words, with a lifetime; never a 500."""
    response = await fetch(path)
    assert response.code == code
    error_of(response)


@pytest.mark.parametrize("data", [
    b"", b"no image", b"%PDF-1.4", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"GIF89a",
    b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF\x00\x00\x00\x00WEBP", b"II*\x00",
    b"\x00\x00\x00 ftypavif", b"BM" + b"\xff" * 60, picture("PNG")[:20],
    picture("AVIF")[:200],
], ids=lambda data: data[:8].hex())  # fmt: skip
async def test_an_object_that_is_no_image(fetch: Fetch, bucket: Any, data: bytes) -> None:
    """400 says so, with whatever bytes the object has."""
    bucket.put_object(Key=KEY, Body=data)
    for options in ("30x30", "30x30/smart/filters:grayscale()", "meta/30x30"):
        response = await fetch(f"/t/{options}/u/{KEY}")
        assert response.code == 400
        assert error_of(response)["error"] == "unreadable_image"


async def test_a_picture_that_is_cut_short(fetch: Fetch, bucket: Any) -> None:
    """Facts of its header are told; pixels are not."""
    bucket.put_object(Key=KEY, Body=picture("WEBP")[:60])
    assert (await fetch(f"/t/meta/30x30/u/{KEY}")).code == 200
    for options in ("30x30", "30x30/smart/filters:grayscale()"):
        response = await fetch(f"/t/{options}/u/{KEY}")
        assert (response.code, error_of(response)["error"]) == (400, "unreadable_image")


async def test_a_decompression_bomb(fetch: Fetch, bucket: Any) -> None:
    """A small file of 400 megapixels is refused before it is decoded."""
    file = BytesIO()
    Image.new("1", (20_000, 20_000)).save(file, "PNG")
    bucket.put_object(Key=KEY, Body=file.getvalue())
    response = await fetch(f"/t/30x30/u/{KEY}")
    assert response.code == 413
    assert error_of(response)["limit"] == 100_000_000


async def test_a_watermark_from_the_bucket(fetch: Fetch, bucket: Any, source: bytes) -> None:
    """An object key works as a watermark; all bytes come through the same loader."""
    bucket.put_object(Key=f"{FOLDER}/logo-20260101123456.png", Body=picture("PNG", (40, 40)))
    options = f"filters:watermark({FOLDER}/logo-20260101123456.png,0,0,0)"
    marked = opened(await fetch(f"/t/{options}/u/{KEY}")).convert("RGB")
    red, _, blue = marked.getpixel((30, 10))
    assert blue > 200 > red, "the logo's right half is blue, over the red of the picture"
    assert len(source)


@pytest.mark.parametrize("size", [(9, 1), (9, 2), (9, 3), (1, 1), (9, 4)])
async def test_round_corners_of_tiny_pictures(
    fetch: Fetch, bucket: Any, size: tuple[int, int]
) -> None:
    """Corners one pixel high are made, where Thumbor's code would write past its memory."""
    bucket.put_object(Key=KEY, Body=picture("PNG", size))
    response = await fetch(f"/t/filters:round_corner(5,0,0,0)/u/{KEY}")
    assert opened(response).size == size


@pytest.mark.parametrize("name", ["watermark({},0,0,0)", "frame({})"])
async def test_a_watermark_of_nobody(fetch: Fetch, bucket: Any, source: bytes, name: str) -> None:
    """A folder that belongs to no app is not read by way of a filter either."""
    bucket.put_object(Key="o/secret-live/a.png", Body=picture("PNG"))
    for key in ("o/secret-live/a.png", "u/o/secret-live/a.png", "%256f/secret-live/a.png"):
        response = await fetch(f"/t/filters:{name.format(key)}/u/{KEY}")
        assert response.code in {400, 404}
    assert len(source)


async def test_meta(fetch: Fetch, source: bytes) -> None:
    """Thumbor's meta endpoint works, and nobody's script is called."""
    response = await fetch(f"/t/meta/30x30/u/{KEY}?callback=alert")
    assert response.headers["Content-Type"] == "application/json"
    assert json.loads(response.body)["thumbor"]["target"] == {"width": 30, "height": 30}
    assert len(source)


class TestSigned:
    """Thumbor's own URLs."""

    @staticmethod
    def sign(**options: Any) -> str:
        key = ENVIRONMENT["THUMBOR_SECURITY_KEY"]
        return str(CryptoURL(key=key).generate(**options))

    @pytest.mark.parametrize("prefix", ["", "u/"])
    @pytest.mark.usefixtures("source")
    async def test_a_signed_url(self, fetch: Fetch, prefix: str) -> None:
        """Whoever knows the key may ask for anything, as with Thumbor alone."""
        url = self.sign(image_url=prefix + KEY, width=40, height=30, smart=True)
        response = await fetch(url)
        assert response.code == 200
        assert opened(response).size == (40, 30)

    @pytest.mark.usefixtures("source")
    async def test_a_signature_of_something_else(self, fetch: Fetch) -> None:
        """A signature counts for its own options only."""
        url = self.sign(image_url=KEY, width=40, height=30).replace("40x30", "400x300")
        response = await fetch(url)
        assert response.code == 400
        assert "signature" in error_of(response)["message"]

    async def test_a_signed_remote_image(self, fetch: Fetch) -> None:
        """Even signed, nothing is fetched from elsewhere."""
        url = self.sign(image_url="http://169.254.169.254/latest", width=40)
        assert (await fetch(url)).code == 400


class TestBusy:
    """A process that works on as much as it may."""

    @pytest.fixture
    def environment(self) -> dict[str, str]:
        return {"THUMBNAIL_QUEUE": "1"}

    @pytest.mark.usefixtures("source")
    async def test_more_is_refused_at_once(self, fetch: Fetch) -> None:
        """503 with Retry-After, and never kept; afterwards the place is free again."""
        asked = [fetch(f"/t/{side}x{side}/u/{KEY}") for side in range(20, 30)]
        codes = {response.code: response for response in await asyncio.gather(*asked)}
        assert set(codes) == {200, 503}
        assert codes[503].headers["Retry-After"] == "1"
        assert codes[503].headers["Cache-Control"] == "no-store"
        assert (await fetch(f"/t/20x20/u/{KEY}")).code == 200


class TestLargeSource:
    """An original over SOURCE_MAX_BYTES."""

    @pytest.fixture
    def environment(self) -> dict[str, str]:
        return {"SOURCE_MAX_BYTES": "100"}

    @pytest.mark.usefixtures("source")
    async def test_it_is_refused(self, fetch: Fetch) -> None:
        """413 names the limit; the original itself is still served."""
        response = await fetch(f"/t/20x20/u/{KEY}")
        assert response.code == 413
        assert error_of(response)["limit"] == 100
        assert (await fetch(f"/{KEY}")).code == 200
