"""Thumbnails as HTTP has it: validators, formats, lifetimes, fallback, privacy, the secret."""

import asyncio
import json
import re
import socket
import struct
import time
from collections import Counter
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from libthumbor import CryptoURL
from PIL import Image

from tests.conftest import API_KEYS, ENVIRONMENT
from tests.handlers.conftest import FOLDER, Fetch, error_of, opened, picture, write_apps
from thumbor_renuo.apps import digest
from thumbor_renuo.delivery.path_signature import sign
from thumbor_renuo.delivery.remote_images import RemoteImage, RemoteImages
from thumbor_renuo.engines.vips import Engine
from thumbor_renuo.errors import StorageError, StorageTimeout
from thumbor_renuo.handlers.services import _MADE
from thumbor_renuo.logs import access_log
from thumbor_renuo.s3.client import S3Bucket
from thumbor_renuo.s3.object_key import ObjectKey

KEY = f"{FOLDER}/a.jpg"  # of no upload of ours: it may change
FIXED = "o/foobar-develop/qstu/0b1c/2d3e/0b1c/2d3e/0b1c/2d3e/0b1c/2d3e/a.jpg"
Size = tuple[int, int]
TWO_APPS = f'{API_KEYS};{{"key":"k2","private_key":"p2","app_name":"shop","env":"live"}}'
rules = pytest.mark.rules
AVIF, WEBP = "image/avif,image/webp,image/*,*/*;q=0.8", "image/webp,*/*"


@pytest.fixture
def source(bucket: Any) -> bytes:
    """A picture of 640 x 480."""
    data = picture(size=(640, 480))
    bucket.put_object(Key=KEY, Body=data)
    return data


@pytest.fixture
def asked(caplog: pytest.LogCaptureFixture) -> Any:
    """What S3 was asked, as a Counter of methods; of one key if it is named."""
    caplog.set_level("INFO", "werkzeug")

    def count(part: str = "") -> Counter[str]:
        lines = [record.getMessage() for record in caplog.records if record.name == "werkzeug"]
        methods = [line.split('"')[1].split(" ")[0] for line in lines if part in line]
        return Counter(method.rpartition("m")[2] for method in methods)

    return count


@pytest.fixture
def environment(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    """Options by marker, and the rules of an app by the marker `rules`."""
    options, rules = (request.node.get_closest_marker(name) for name in ("options", "rules"))
    written = write_apps(tmp_path, **rules.kwargs) if rules else {}
    return {**written, **(dict(options.kwargs) if options else {})}


async def settled() -> None:
    """Wait until all that was made is stored."""
    for services in list(_MADE.values()):
        await services.flights.close(5)


class TestValidators:
    """ETag and Last-Modified."""

    @pytest.mark.usefixtures("source")
    async def test_a_match_costs_one_head_and_no_render(self, fetch: Fetch, asked: Any) -> None:
        """The ETag is known from the original's, before anything is made."""
        first = await fetch(f"/t/30x30/u/{KEY}")
        await settled()
        before = asked()
        headers = {"If-None-Match": first.headers["ETag"]}
        again = await fetch(f"/t/30x30/u/{KEY}", headers=headers)
        assert (again.code, again.body) == (304, b"")
        for name in (
            "ETag",
            "Cache-Control",
            "Vary",
            "Last-Modified",
            "Access-Control-Allow-Origin",
        ):
            assert again.headers[name] == first.headers[name]
        assert asked() - before == {"HEAD": 1}

    @pytest.mark.usefixtures("source")
    async def test_the_date_is_the_original_s(self, fetch: Fetch) -> None:
        """Last-Modified answers If-Modified-Since; a garbage date counts as none."""
        first = await fetch(f"/t/30x30/u/{KEY}")
        since = {"If-Modified-Since": first.headers["Last-Modified"]}
        assert (await fetch(f"/t/30x30/u/{KEY}", headers=since)).code == 304
        garbage = {"If-Modified-Since": "yesterday"}
        assert (await fetch(f"/t/30x30/u/{KEY}", headers=garbage)).code == 200

    @pytest.mark.usefixtures("source")
    async def test_what_makes_other_bytes_makes_another_etag(
        self, fetch: Fetch, bucket: Any
    ) -> None:
        """Options, format, original and watermark each count."""
        bucket.put_object(Key=f"{FOLDER}/logo.png", Body=picture("PNG", (9, 9)))
        mark = f"/t/30x30/filters:watermark({FOLDER}/logo.png,0,0,0)/u/{KEY}"
        asks = [
            (f"/t/30x30/u/{KEY}", {}), (f"/t/30x31/u/{KEY}", {}), (mark, {}),
            (f"/t/30x30/u/{KEY}", {"Accept": AVIF}), (f"/t/30x30/u/{KEY}", {"Accept": WEBP}),
        ]  # fmt: skip
        tags = [(await fetch(path, headers=headers)).headers["ETag"] for path, headers in asks]
        bucket.put_object(Key=f"{FOLDER}/logo.png", Body=picture("PNG", (8, 8)))
        bucket.put_object(Key=KEY, Body=picture(size=(64, 64)))
        for path in (mark, f"/t/30x30/u/{KEY}"):
            stale = {"If-None-Match": ", ".join(tags)}
            answer = await fetch(path, headers=stale)
            assert answer.code == 200
            tags.append(answer.headers["ETag"])
        assert len(set(tags)) == len(tags) == 7

    @pytest.mark.usefixtures("source")
    async def test_another_state_is_412(self, fetch: Fetch) -> None:
        """If-Match with another ETag."""
        response = await fetch(f"/t/30x30/u/{KEY}", headers={"If-Match": '"other"'})
        assert response.code == 412
        assert error_of(response)["error"] == "precondition_failed"

    @pytest.mark.options(STORE_DERIVATIVES="false")
    @pytest.mark.usefixtures("source")
    async def test_noise_is_the_same_each_time(self, fetch: Fetch) -> None:
        """Equal requests give equal bytes, rendered twice; other options other grain."""
        path = f"/t/60x60/filters:noise(80)/u/{KEY}"
        one, two = (await fetch(path)), (await fetch(path))
        assert one.body == two.body
        assert one.headers["ETag"] == two.headers["ETag"]


class TestFormat:
    """What the client takes."""

    @pytest.mark.parametrize(("accept", "kind"), [
        (AVIF, "avif"), (WEBP, "webp"), ("*/*", "jpeg"), ("image/avif;q=0,image/webp", "webp"),
        ("image/avif;q=0.1,image/webp;q=0.9", "webp"), ("", "jpeg"), ("\xfc;;q=,", "jpeg"),
    ])  # fmt: skip
    @pytest.mark.usefixtures("source")
    async def test_accept_decides(self, fetch: Fetch, accept: str, kind: str) -> None:
        """AVIF, WebP, else JPEG, with Vary."""
        response = await fetch(f"/t/30x30/u/{KEY}", headers={"Accept": accept})
        assert response.headers["Content-Type"] == f"image/{kind}"
        assert response.headers["Vary"] == "Accept"
        assert opened(response).format == kind.upper()

    @pytest.mark.parametrize(("options", "kind"), [
        ("30x30@png", "png"), ("30x30@jpg", "jpeg"), ("@gif", "gif"), ("30x30@avif", "avif"),
        ("30x30/filters:format(png)", "png"), ("30x30/filters:format(png)@webp", "webp"),
        ("30x30@auto-webp", "webp"), ("30x30@auto", "jpeg"),
    ])  # fmt: skip
    @pytest.mark.usefixtures("source")
    async def test_the_path_decides(self, fetch: Fetch, options: str, kind: str) -> None:
        """A demand wins over Accept, and then nothing varies."""
        response = await fetch(f"/t/{options}/u/{KEY}", headers={"Accept": WEBP})
        assert response.headers["Content-Type"] == f"image/{kind}"
        assert opened(response).format == kind.upper()
        assert "Vary" not in response.headers

    @pytest.mark.parametrize(("kind", "mode", "made"), [
        ("PNG", "RGBA", "png"), ("PNG", "RGB", "png"), ("WEBP", "RGBA", "png"),
        ("WEBP", "RGB", "jpeg"), ("TIFF", "RGB", "jpeg"), ("GIF", "RGB", "gif"),
    ])  # fmt: skip
    async def test_without_modern_formats(
        self, fetch: Fetch, bucket: Any, kind: str, mode: str, made: str
    ) -> None:
        """JPEG, PNG and GIF stay; of the rest, transparency decides."""
        file = picture(kind) if mode == "RGB" else transparent(kind)
        bucket.put_object(Key=KEY, Body=file)
        response = await fetch(f"/t/20x20/u/{KEY}", headers={"Accept": "image/*"})
        assert response.headers["Content-Type"] == f"image/{made}"

    async def test_an_animation_stays_one(self, fetch: Fetch, bucket: Any) -> None:
        """A GIF that moves goes on moving."""
        bucket.put_object(Key=KEY, Body=animation())
        response = await fetch(f"/t/20x20/u/{KEY}", headers={"Accept": AVIF})
        assert response.headers["Content-Type"] == "image/gif"
        assert opened(response).n_frames == 2  # type: ignore[attr-defined]

    @pytest.mark.options(AUTO_FORMATS="webp")
    @pytest.mark.usefixtures("source")
    async def test_a_format_can_be_left_out(self, fetch: Fetch) -> None:
        """AUTO_FORMATS has the last word."""
        response = await fetch(f"/t/30x30/u/{KEY}", headers={"Accept": AVIF})
        assert response.headers["Content-Type"] == "image/webp"

    @pytest.mark.options(AUTO_FORMATS="none")
    @pytest.mark.usefixtures("source")
    async def test_both_can_be_left_out(self, fetch: Fetch) -> None:
        """Then everybody gets what everybody takes."""
        response = await fetch(f"/t/30x30/u/{KEY}", headers={"Accept": AVIF})
        assert response.headers["Content-Type"] == "image/jpeg"

    @pytest.mark.options(CLIENT_HINTS="true")
    @pytest.mark.usefixtures("source")
    async def test_client_hints(self, fetch: Fetch) -> None:
        """By option, the density of the screen multiplies the size, and the answer says so."""
        response = await fetch(f"/t/30x20/u/{KEY}", headers={"Sec-CH-DPR": "2"})
        assert opened(response).size == (60, 40)
        assert "Sec-CH-DPR" in response.headers["Vary"]
        assert "Sec-CH-DPR" in response.headers["Accept-CH"]

    @pytest.mark.usefixtures("source")
    async def test_client_hints_are_off(self, fetch: Fetch) -> None:
        """Without the option nobody looks at them."""
        response = await fetch(f"/t/30x20/u/{KEY}", headers={"Sec-CH-DPR": "2"})
        assert opened(response).size == (30, 20)
        assert "Accept-CH" not in response.headers


class TestStored:
    """Derivatives in the bucket."""

    @pytest.mark.usefixtures("source")
    async def test_a_stored_one_is_served_as_it_was_made(
        self, fetch: Fetch, bucket: Any, asked: Any
    ) -> None:
        """By another process even: the bytes and headers come from the bucket."""
        path = f"/t/30x30/filters:max_age(77)/u/{KEY}"
        first = await fetch(path)
        await settled()
        (stored,) = [found.key for found in bucket.objects.filter(Prefix="r/")]
        assert stored == f"r/{KEY}/~/30x30/filters:max_age(77)@auto"
        loaded = asked(f"/bucket/{KEY}")["GET"]
        second = await fetch(path)
        assert second.body == first.body
        for name in ("ETag", "Last-Modified", "Cache-Control", "Content-Type", "Vary"):
            assert second.headers[name] == first.headers[name]
        assert first.headers["Cache-Control"].startswith("public, max-age=77")
        assert asked(f"/bucket/{KEY}")["GET"] == loaded

    async def test_a_new_image_costs_one_get_and_one_put(
        self, fetch: Fetch, bucket: Any, asked: Any
    ) -> None:
        """Beside HEADs: where it is stored, and whether its original still stands."""
        bucket.put_object(Key=FIXED, Body=picture())
        before = asked()
        assert (await fetch(f"/t/30x30/u/{FIXED}")).code == 200
        await settled()
        assert asked() - before == {"HEAD": 3, "GET": 1, "PUT": 1}

    async def test_another_original_under_the_key(self, fetch: Fetch, bucket: Any) -> None:
        """A key that may change is looked at, and the stored thumbnail of the old one left out."""
        for size in ((64, 48), (48, 64)):
            bucket.put_object(Key=KEY, Body=picture(size=size))
            assert opened(await fetch(f"/t/0x24/u/{KEY}")).size[0] == round(24 * size[0] / size[1])
            await settled()

    @pytest.mark.usefixtures("source")
    async def test_the_derivative_s_own_path(self, fetch: Fetch, bucket: Any) -> None:
        """What S3 does not have yet is asked for under the same key."""
        response = await fetch(f"/r/{KEY}/~/30x30@auto-webp", headers={"Accept": "*/*"})
        assert response.headers["Content-Type"] == "image/webp"
        await settled()
        stored = bucket.Object(f"r/{KEY}/~/30x30@auto-webp").get()
        assert stored["Body"].read() == response.body
        assert stored["ContentType"] == "image/webp"
        assert stored["CacheControl"] == response.headers["Cache-Control"]

    @pytest.mark.usefixtures("source")
    async def test_what_makes_no_safe_key_is_not_stored(self, fetch: Fetch, bucket: Any) -> None:
        """A component over 255 bytes."""
        options = "30x30/filters:" + ":".join(["brightness(1)"] * 20)
        assert (await fetch(f"/t/{options}/u/{KEY}")).code == 400, "over ten filters"
        options = "30x30/filters:watermark(" + "a" * 300 + ",0,0,0)"
        assert (await fetch(f"/t/{options}/u/{KEY}")).code == 400, "no such image"
        await settled()
        assert not list(bucket.objects.filter(Prefix="r/"))

    @pytest.mark.options(DERIVATIVES="1/day")
    @pytest.mark.usefixtures("source")
    async def test_past_the_budget_nothing_is_stored(self, fetch: Fetch, bucket: Any) -> None:
        """The image is made all the same."""
        for side in (20, 21, 22):
            assert (await fetch(f"/t/{side}x{side}/u/{KEY}")).code == 200
        await settled()
        assert len(list(bucket.objects.filter(Prefix="r/"))) == 1


class TestMemory:
    """What a process remembers."""

    @pytest.mark.options(MEMORY_CACHE_SECONDS="50")
    @pytest.mark.usefixtures("source")
    async def test_a_recent_image_costs_nothing(self, fetch: Fetch, asked: Any) -> None:
        """Asked again within the minute, S3 is left alone, for 304 as well."""
        first = await fetch(f"/t/31x31/u/{KEY}")
        await settled()
        before = asked()
        again = await fetch(f"/t/31x31/u/{KEY}")
        assert again.body == first.body
        assert again.headers["Server-Timing"] != first.headers["Server-Timing"]
        headers = {"If-None-Match": first.headers["ETag"]}
        assert (await fetch(f"/t/31x31/u/{KEY}", headers=headers)).code == 304
        assert asked() == before


class TestHeaders:
    """What a browser does with it."""

    @pytest.mark.usefixtures("source")
    async def test_an_image_can_be_embedded_and_measured(self, fetch: Fetch) -> None:
        """Pages of other hosts may show it, read it in a canvas, and see what took how long."""
        headers = (await fetch(f"/t/30x30/u/{KEY}")).headers
        assert headers["Access-Control-Allow-Origin"] == "*"
        assert headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert headers["Timing-Allow-Origin"] == "*"
        assert headers["X-Content-Type-Options"] == "nosniff"
        steps = [step.partition(";dur=")[0] for step in headers["Server-Timing"].split(", ")]
        assert steps == ["store", "queue", "load", "decode", "transform", "encode"]

    @pytest.mark.parametrize("options", ["bogus", "30x30@foo", "p:none", "5001x1", "filters:x()"])
    async def test_a_page_may_read_what_is_wrong(self, fetch: Fetch, options: str) -> None:
        """Whatever of the options is wrong, and however early it is found."""
        response = await fetch(f"/t/{options}/u/{KEY}")
        assert response.code == 400
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"

    @pytest.mark.options(IMAGE_CORS="false")
    @pytest.mark.usefixtures("source")
    async def test_scripts_can_be_kept_out(self, fetch: Fetch) -> None:
        """By option."""
        for method in ("GET", "OPTIONS"):
            headers = (await fetch(f"/t/30x30/u/{KEY}", method)).headers
            assert "Access-Control-Allow-Origin" not in headers

    async def test_a_preflight(self, fetch: Fetch) -> None:
        """OPTIONS tells the methods, and that scripts may ask."""
        response = await fetch(f"/t/30x30/u/{KEY}", "OPTIONS")
        assert response.code == 204
        assert response.headers["Allow"] == "GET, HEAD, OPTIONS"
        assert response.headers["Access-Control-Allow-Origin"] == "*"

    async def test_a_key_that_cannot_change_is_immutable(self, fetch: Fetch, bucket: Any) -> None:
        """The random prefix of an upload."""
        bucket.put_object(Key=FIXED, Body=picture())
        assert "immutable" in (await fetch(f"/t/30x30/u/{FIXED}")).headers["Cache-Control"]
        aged = await fetch(f"/t/30x30/filters:max_age(5)/u/{FIXED}")
        assert "immutable" not in aged.headers["Cache-Control"]


class TestLimits:
    """What the path tells is refused before S3 is asked."""

    @pytest.mark.parametrize(("inside", "outside", "named"), [
        ("200x10", "201x10", "200"), ("100x50", "100x51", "5000"),
        ("filters:blur(3):quality(50)", "filters:blur(4)", "blur"),
        ("filters:blur(1):quality(1)", "filters:blur(1):quality(1):blur(1)", "2"),
        ("filters:blur(1)", "filters:grayscale()", "grayscale"),
        ("p:card", "p:cart", "cart"),
    ])  # fmt: skip
    @rules(
        image='{max_side = 200, max_pixels = 5000, max_filters = 2, filters = ["blur(0..3)", '
        '"quality"]}',
        presets='{card = "30x30/filters:grayscale()"}',
    )
    async def test_limits_of_the_path(
        self, fetch: Fetch, bucket: Any, asked: Any, inside: str, outside: str, named: str
    ) -> None:
        """Just inside passes; just outside is a 400 that names the limit, and S3 is not asked."""
        bucket.put_object(Key=KEY, Body=picture())
        assert (await fetch(f"/t/{inside}/u/{KEY}")).code == 200
        await settled()
        before = asked()
        response = await fetch(f"/t/{outside}/u/{KEY}")
        assert response.code == 400
        assert named in json.dumps(error_of(response))
        assert asked() == before

    @pytest.mark.parametrize(("inside", "outside"), [
        ("300x0", "301x0"), ("320x480", "330x480"), ("30x20", "30x21"), ("0x640", "0x650"),
    ])  # fmt: skip
    @rules(image='{sizes = ["300", "320-640/160", "30x20"]}')
    async def test_sizes(
        self, fetch: Fetch, bucket: Any, asked: Any, inside: str, outside: str
    ) -> None:
        """A list, a step, a pair."""
        bucket.put_object(Key=KEY, Body=picture())
        assert (await fetch(f"/t/{inside}/u/{KEY}")).code == 200
        await settled()
        before = asked()
        response = await fetch(f"/t/{outside}/u/{KEY}")
        assert response.code == 400
        assert "320-640/160" in error_of(response)["message"]
        assert asked() == before

    @rules(image="{presets_only = true}", presets='{card = "30x30"}')
    async def test_presets_only(self, fetch: Fetch, bucket: Any, asked: Any) -> None:
        """Nothing but `p:<name>`, with a format."""
        bucket.put_object(Key=KEY, Body=picture())
        for options in ("p:card", "p:card@webp"):
            assert (await fetch(f"/t/{options}/u/{KEY}")).code == 200
        await settled()
        before = asked()
        for options in ("30x30", "p:card/40x40", ""):
            response = await fetch(f"/t/{options}/u/{KEY}".replace("//", "/"))
            assert response.code == 400
            assert "preset" in error_of(response)["message"]
        assert asked() == before

    @pytest.mark.parametrize(("inside", "outside", "status"), [
        pytest.param((64, 48), (65, 48), 413, marks=rules(image="{source_max_pixels = 3072}")),
        pytest.param((30, 150), (30, 151), 400, marks=rules(image="{max_side = 100}")),
        pytest.param((10, 50), (10, 51), 400, marks=rules(image="{max_pixels = 2000}")),
    ])  # fmt: skip
    async def test_limits_of_the_source(
        self, fetch: Fetch, bucket: Any, monkeypatch: Any, inside: Size, outside: Size, status: int
    ) -> None:
        """Refused before it is decoded, in words that name the limit."""
        decoded = Counter[str]()
        load = Engine.load

        def counting(self: Engine, *arguments: Any) -> Any:
            decoded["times"] += 1
            return load(self, *arguments)

        monkeypatch.setattr(Engine, "load", counting)
        bucket.put_object(Key=KEY, Body=picture(size=inside))
        assert (await fetch(f"/t/20x0/u/{KEY}")).code == 200
        bucket.put_object(Key=KEY, Body=picture(size=outside))
        response = await fetch(f"/t/20x0/filters:quality(50)/u/{KEY}")
        assert response.code == status
        assert error_of(response)["limit"] in {3072, 100, 2000}
        assert decoded["times"] == 1

    @rules(image="{source_max_bytes = 900}")
    async def test_bytes_of_the_source(self, fetch: Fetch, bucket: Any) -> None:
        """An app's own limit."""
        bucket.put_object(Key=KEY, Body=picture().ljust(900, b"\0"))
        assert (await fetch(f"/t/20x20/u/{KEY}")).code == 200
        bucket.put_object(Key=KEY, Body=picture().ljust(901, b"\0"))
        response = await fetch(f"/t/21x20/u/{KEY}")
        assert (response.code, error_of(response)["limit"]) == (413, 900)

    @rules(image="{source_max_frames = 1}")
    async def test_frames_of_the_source(self, fetch: Fetch, bucket: Any) -> None:
        """An animation with a frame too many."""
        bucket.put_object(Key=KEY, Body=animation())
        response = await fetch(f"/t/20x20/u/{KEY}")
        assert (response.code, error_of(response)["limit"]) == (413, 1)

    @pytest.mark.parametrize(("inside", "outside", "size"), [
        ("140x140/filters:blur(150)", "150x150/filters:blur(150)", (64, 48)),
        ("filters:" + ":".join(["grayscale()"] * 9), "filters:" + ":".join(["grayscale()"] * 10),
         (100, 105)),
        ("300x300/filters:watermark({logo},repeat,0,0)",
         "320x320/filters:watermark({logo},repeat,0,0)", (64, 48)),
        ("200x240/filters:fill(blur)", "200x260/filters:fill(blur)", (40, 90)),
    ])  # fmt: skip
    @pytest.mark.options(THUMBNAIL_FILTER_STEPS="1000000")
    async def test_the_work_of_filters(
        self, fetch: Fetch, bucket: Any, inside: str, outside: str, size: Size
    ) -> None:
        """Pixels times what is looked at for each, of all filters together; before it is done."""
        bucket.put_object(Key=KEY, Body=picture(size=size))
        logo = f"{FOLDER}/logo.png"
        bucket.put_object(Key=logo, Body=picture("PNG", (2, 2)))
        assert (await fetch(f"/t/{inside.format(logo=logo)}/u/{KEY}")).code == 200
        response = await fetch(f"/t/{outside.format(logo=logo)}/u/{KEY}")
        assert response.code == 400
        assert error_of(response)["limit"] == 1_000_000

    @rules(image="{max_pixels = 10000}")
    async def test_what_is_only_seen_on_the_way(self, fetch: Fetch, bucket: Any) -> None:
        """A strip that trim leaves, and a watermark that is stretched."""
        strip = Image.new("RGB", (100, 100), "white")
        strip.paste("black", (50, 2, 52, 98))
        file = BytesIO()
        strip.save(file, "PNG")
        bucket.put_object(Key=KEY, Body=file.getvalue())
        line = f"{FOLDER}/line.png"
        bucket.put_object(Key=line, Body=picture("PNG", (2, 99)))
        mark = f"100x100/filters:watermark({line},0,0,0,100)"
        for options in ("trim/50x0", mark):
            response = await fetch(f"/t/{options}/u/{KEY}")
            assert response.code == 400
            assert error_of(response)["limit"] == 10_000

    async def test_the_true_type_counts(self, fetch: Fetch, bucket: Any) -> None:
        """HTML that is called a JPEG."""
        bucket.put_object(Key=KEY, Body=b"<html>", ContentType="image/jpeg")
        assert error_of(await fetch(f"/t/20x20/u/{KEY}"))["error"] == "unreadable_image"


class TestAnimations:
    """GIFs that move."""

    @pytest.mark.parametrize(("options", "kind", "frames"), [
        ("20x20", "GIF", 2), ("20x20@gif", "GIF", 2), ("20x20@webp", "WEBP", 2),
        ("20x20@avif", "AVIF", 2), ("20x20@png", "PNG", 2), ("20x20@jpeg", "JPEG", 1),
        ("20x20/filters:format(jpeg)", "JPEG", 1), ("20x20/filters:format(webp)", "WEBP", 2),
    ])  # fmt: skip
    async def test_each_format(
        self, fetch: Fetch, bucket: Any, options: str, kind: str, frames: int
    ) -> None:
        """All frames where the format has any, else the first."""
        bucket.put_object(Key=KEY, Body=animation())
        image = opened(await fetch(f"/t/{options}/u/{KEY}"))
        assert (image.format, getattr(image, "n_frames", 1)) == (kind, frames)

    async def test_the_frames_keep_their_times(self, fetch: Fetch, bucket: Any) -> None:
        """In milliseconds."""
        bucket.put_object(Key=KEY, Body=animation())
        image = opened(await fetch(f"/t/20x20/u/{KEY}"))
        times = []
        for frame in range(2):
            image.seek(frame)
            times.append(image.info["duration"])
        assert times == [100, 250]

    @pytest.mark.parametrize("make", ["animation", "still"])
    async def test_filters_are_applied_to_each_frame(
        self, fetch: Fetch, bucket: Any, make: str
    ) -> None:
        """Of GIFs that move and of those that do not, watermarks as well."""
        bucket.put_object(Key=KEY, Body=animation() if make == "animation" else picture("GIF"))
        logo = f"{FOLDER}/logo.png"
        bucket.put_object(Key=logo, Body=plain("lime"))
        path = f"/t/40x30/filters:grayscale():watermark({logo},0,0,0)@png/u/{KEY}"
        image = opened(await fetch(path))
        for frame in range(getattr(image, "n_frames", 1)):
            image.seek(frame)
            shown = image.convert("RGB")
            red, green, blue = shown.getpixel((20, 20))
            assert red == green == blue
            assert shown.getpixel((2, 2)) == (0, 255, 0)

    async def test_a_frame_beyond_its_screen_is_cut(self, fetch: Fetch, bucket: Any) -> None:
        """A GIF of a hundred bytes whose first frame has 64 million pixels is too large.

        The further ones make the canvas no larger.
        """
        frames = b"".join(
            b"," + struct.pack("<4HB", 0, 0, side, side, 0) + b"\2\2\x44\1\0"
            for side in (8000, 8000, 1)
        )
        head = b"GIF89a" + struct.pack("<2H3B", 1, 1, 0x80, 0, 0) + bytes(3) + b"\xff" * 3
        bucket.put_object(Key=KEY, Body=head + frames + b";")
        response = await fetch(f"/t/1x1/u/{KEY}")
        assert response.code == 413
        assert "192000000 pixels" in error_of(response)["message"]


class TestFaults:
    """What is wrong inside."""

    async def test_a_damaged_avif(self, fetch: Fetch, bucket: Any) -> None:
        """Its container is whole, its picture is not."""
        sound = picture("AVIF", (300, 200))
        for at in range(len(sound) // 2, len(sound), 7):
            damaged = sound[:at] + bytes([sound[at] ^ 0xFF]) + sound[at + 1 :]
            bucket.put_object(Key=KEY, Body=damaged)
            response = await fetch(f"/t/20x20/u/{KEY}")
            assert response.code in {200, 400}
            if response.code == 400:
                break
        assert error_of(response)["error"] == "unreadable_image"

    @pytest.mark.parametrize("name", ["watermark({},0,0,0)", "frame({})"])
    @pytest.mark.parametrize(("error", "status"), [(StorageError, 502), (StorageTimeout, 504)])
    @pytest.mark.usefixtures("source")
    async def test_a_watermark_that_cannot_be_loaded_now(
        self, fetch: Fetch, bucket: Any, monkeypatch: Any, name: str, error: Any, status: int
    ) -> None:
        """It passes, so that nobody may keep it."""
        logo, read = f"{FOLDER}/logo.png", S3Bucket.read
        bucket.put_object(Key=logo, Body=picture("PNG"))

        async def failing(self: S3Bucket, key: str, limit: int) -> Any:
            if key == logo:
                raise error("the storage is down")
            return await read(self, key, limit)

        monkeypatch.setattr(S3Bucket, "read", failing)
        response = await fetch(f"/t/30x30/filters:{name.format(logo)}/u/{KEY}")
        assert response.code == status
        assert response.headers["Cache-Control"] == "no-store"

    @pytest.mark.usefixtures("source")
    async def test_a_watermark_is_loaded_once(self, fetch: Fetch, bucket: Any, asked: Any) -> None:
        """However many filters want it."""
        logo = f"{FOLDER}/logo.png"
        bucket.put_object(Key=logo, Body=plain("lime"))
        before = asked(f"/bucket/{logo}")
        filters = ":".join([f"watermark({logo},0,0,0)"] * 3)
        assert (await fetch(f"/t/30x30/filters:{filters}/u/{KEY}")).code == 200
        assert asked(f"/bucket/{logo}") - before == {"HEAD": 1, "GET": 1}

    @pytest.mark.options(DERIVATIVES="1/hour")
    async def test_missing_originals_use_up_no_budget(self, fetch: Fetch, bucket: Any) -> None:
        """Only what is made counts."""
        for number in range(3):
            assert (await fetch(f"/t/30x30/u/{FOLDER}/{number}.jpg")).code == 404
        bucket.put_object(Key=KEY, Body=picture())
        assert (await fetch(f"/t/30x30/u/{KEY}")).code == 200
        await settled()
        assert len(list(bucket.objects.filter(Prefix="r/"))) == 1


class TestRemoteWatermarks:
    """Those of the old pages, which lie on a web site."""

    OLD = (
        "300x300/smart/filters:quality(10):round_corner(60,10,10,255)"
        ":watermark(https://www.renuo.ch/images/logo.png,-10,-10,50)"
    )

    @pytest.mark.options(REMOTE_HOSTS="www.renuo.ch")
    @pytest.mark.usefixtures("source")
    async def test_a_listed_host(self, fetch: Fetch, monkeypatch: Any) -> None:
        """The old path renders with the logo, whose bytes count for the ETag."""
        logo = [RemoteImage(plain("lime"), "1")]

        async def read(_self: RemoteImages, url: str, hosts: Any) -> RemoteImage:
            assert (url, hosts) == ("https://www.renuo.ch/images/logo.png", ("www.renuo.ch",))
            return logo[-1]

        monkeypatch.setattr(RemoteImages, "read", read)
        first = await fetch(f"/t/{self.OLD}/u/{KEY}")
        assert opened(first).size == (300, 300)
        logo.append(RemoteImage(plain("red"), "2"))
        headers = {"If-None-Match": first.headers["ETag"]}
        second = await fetch(f"/t/{self.OLD}/u/{KEY}", headers=headers)
        assert second.code == 200
        assert second.body != first.body

    @pytest.mark.usefixtures("source")
    async def test_another_host(self, fetch: Fetch, asked: Any) -> None:
        """It is refused by name, and nobody is asked for anything."""
        before = asked()
        response = await fetch(f"/t/{self.OLD}/u/{KEY}")
        assert response.code == 400
        assert "www.renuo.ch" in error_of(response)["message"]
        assert asked() == before


class TestSlowClients:
    """Those that ask and do not read."""

    @pytest.mark.options(CLIENT_WRITE_SECONDS="1", THUMBNAIL_MAX_SIDE="5000")
    async def test_a_client_that_reads_nothing_is_dropped(
        self, fetch: Fetch, bucket: Any, http_server_port: Any, caplog: Any
    ) -> None:
        """A large thumbnail is not held for it for ever."""
        bucket.put_object(Key=KEY, Body=grain(1500))
        await fetch(f"/t/1500x1500/u/{KEY}")
        caplog.set_level("INFO", access_log.name)
        with socket.create_connection(("127.0.0.1", http_server_port[1])) as client:
            client.sendall(f"GET /t/1500x1500/u/{KEY} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            async with asyncio.timeout(20):
                while not (ended := [line for line in caplog.records if hasattr(line, "fields")]):  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
        assert ended[-1].fields["error"] == "client_too_slow"


class TestFallback:
    """An app's own picture for what is missing or broken."""

    FALLBACK = f"{FOLDER}/none.png"
    RULES = f'{{fallback = "{FALLBACK}"}}'
    TRUE = f'{{fallback = "{FALLBACK}", fallback_keeps_status = true}}'

    @pytest.mark.parametrize("body", [None, b"broken"])
    @rules(image=RULES)
    async def test_it_is_served_briefly(self, fetch: Fetch, bucket: Any, body: Any) -> None:
        """In the size that was asked for, with 200, and not for long."""
        bucket.put_object(Key=self.FALLBACK, Body=picture("PNG"))
        if body:
            bucket.put_object(Key=KEY, Body=body)
        response = await fetch(f"/t/30x20/u/{KEY}")
        assert response.code == 200
        assert opened(response).size == (30, 20)
        assert response.headers["Cache-Control"] == "public, max-age=10"
        assert "ETag" not in response.headers

    @rules(image=TRUE)
    async def test_it_may_keep_the_status(self, fetch: Fetch, bucket: Any) -> None:
        """By option, the error's."""
        bucket.put_object(Key=self.FALLBACK, Body=picture("PNG"))
        response = await fetch(f"/t/30x20/u/{KEY}")
        assert (response.code, opened(response).size) == (404, (30, 20))

    @rules(image=RULES)
    @pytest.mark.usefixtures("bucket")
    async def test_without_it_the_error_is_told(self, fetch: Fetch) -> None:
        """Where the fallback is missing as well."""
        response = await fetch(f"/t/30x20/u/{KEY}")
        assert response.code == 404
        assert KEY in error_of(response)["message"]


class TestPrivate:
    """Apps whose images are for who has a signed path."""

    @staticmethod
    def token(scope: str = "a", key: str = KEY, seconds: int = 100) -> str:
        return sign(digest("p"), ObjectKey.parse(key), int(time.time()) + seconds, scope)

    @rules(private="true")
    async def test_nothing_is_shown_without_a_signature(self, fetch: Fetch, bucket: Any) -> None:
        """Neither original nor thumbnail, under any path."""
        bucket.put_object(Key=KEY, Body=picture())
        for path in (f"/{KEY}", f"/t/30x30/u/{KEY}", f"/r/{KEY}/~/30x30@auto"):
            for method in ("GET", "HEAD"):
                response = await fetch(path, method)
                assert response.code == 403
                assert response.headers["Cache-Control"] == "no-store"

    @rules(private="true")
    async def test_a_signature_shows_it_privately(self, fetch: Fetch, bucket: Any) -> None:
        """For as long as it counts, and nothing is stored where S3 would serve it to anybody."""
        bucket.put_object(Key=KEY, Body=picture())
        for path in (f"/{KEY}", f"/t/30x30/u/{KEY}"):
            response = await fetch(f"/s/{self.token()}{path}")
            assert response.code == 200
            assert re.fullmatch("private, max-age=(9[0-9]|100)", response.headers["Cache-Control"])
            again = {"If-None-Match": response.headers["ETag"]}
            found = await fetch(f"/s/{self.token()}{path}", headers=again)
            assert (found.code, found.headers["Cache-Control"][:7]) == (304, "private")
        await settled()
        assert not list(bucket.objects.filter(Prefix="r/"))

    @pytest.mark.parametrize(("scope", "path", "code"), [
        ("w30-60", f"/t/60x0/u/{KEY}", 200), ("w30-60", f"/t/61x0/u/{KEY}", 403),
        ("o", f"/t/60x0/u/{KEY}", 403), ("t", f"/{KEY}", 403), ("o", f"/{KEY}", 200),
        ("a", f"/t/60x0/u/{FOLDER}/other.jpg", 403),
        ("a", f"/t/60x0/filters:watermark({FOLDER}/other.jpg,0,0,0)/u/{KEY}", 403),
        ("a", f"/t/60x0/filters:frame({FOLDER}/other.jpg)/u/{KEY}", 403),
        ("a", f"/t/p:marked/u/{KEY}", 200),
    ])  # fmt: skip
    @rules(
        private="true", presets=f'{{marked = "30x30/filters:watermark({FOLDER}/other.jpg,0,0,0)"}}'
    )
    async def test_a_signature_covers_what_it_says(
        self, fetch: Fetch, bucket: Any, scope: str, path: str, code: int
    ) -> None:
        """One object, and of it what the scope names."""
        for name in ("a.jpg", "other.jpg"):
            bucket.put_object(Key=f"{FOLDER}/{name}", Body=picture())
        assert (await fetch(f"/s/{self.token(scope)}{path}")).code == code

    @rules(private="true", image=f'{{fallback = "{FOLDER}/none.png"}}')
    async def test_what_is_missing_is_told_privately(self, fetch: Fetch, bucket: Any) -> None:
        """Neither the fallback nor an error may be kept by what others share."""
        assert (await fetch(f"/s/{self.token()}/{KEY}")).headers["Cache-Control"] == "no-store"
        bucket.put_object(Key=f"{FOLDER}/none.png", Body=picture("PNG"))
        response = await fetch(f"/s/{self.token()}/t/30x30/u/{KEY}")
        assert (response.code, response.headers["Cache-Control"]) == (200, "private, max-age=10")

    @rules(private="true")
    @pytest.mark.options(CLIENT_HINTS="true")
    async def test_hints_change_no_signed_width(self, fetch: Fetch, bucket: Any) -> None:
        """The token covers what the path says."""
        bucket.put_object(Key=KEY, Body=picture(size=(640, 480)))
        path = f"/s/{self.token('w30')}/t/30x0/u/{KEY}"
        response = await fetch(path, headers={"Sec-CH-DPR": "2", "Width": "600"})
        assert opened(response).size[0] == 30

    @rules(private="true")
    async def test_thumbor_s_own_signed_url_is_private_too(self, fetch: Fetch, bucket: Any) -> None:
        """Whoever has that key may look, and no shared cache may keep it."""
        bucket.put_object(Key=KEY, Body=picture())
        key = ENVIRONMENT["THUMBOR_SECURITY_KEY"]
        response = await fetch(CryptoURL(key=key).generate(image_url=KEY, width=30))
        assert (response.code, response.headers["Cache-Control"][:9]) == (200, "private, ")

    @rules(private="true")
    async def test_an_ended_or_forged_one(self, fetch: Fetch, bucket: Any) -> None:
        """403 says which, and is not kept."""
        bucket.put_object(Key=KEY, Body=picture())
        for token, error in ((self.token(seconds=-1), "expired"), (self.token()[:-1], "forbidden")):
            response = await fetch(f"/s/{token}/t/30x30/u/{KEY}")
            assert (response.code, error_of(response)["error"]) == (403, error)
            assert response.headers["Cache-Control"] == "no-store"


class TestOriginSecret:
    """The header that only the CDN knows."""

    SECRETS = "first-secret-of-the-cdn second-secret-of-the-cdn"

    @pytest.mark.options(ORIGIN_SECRETS=SECRETS)
    @pytest.mark.usefixtures("source")
    async def test_direct_requests_are_refused(self, fetch: Fetch) -> None:
        """All but health checks, whatever they send."""
        for path in (f"/t/30x30/u/{KEY}", f"/{KEY}", "/openapi.json", "/nowhere"):
            for headers in ({}, {"X-Origin-Secret": "first-secret"}, {"X-Origin-Secret": "\xfc"}):
                response = await fetch(path, headers=headers)
                assert response.code == 403
                assert response.headers["Cache-Control"] == "no-store"
                assert "secret" not in str(error_of(response)["message"])
        for path in ("/ping", "/healthcheck", "/ready"):
            assert (await fetch(path)).code == 200

    @pytest.mark.options(ORIGIN_SECRETS=SECRETS)
    @pytest.mark.usefixtures("source")
    async def test_either_secret_lets_through(self, fetch: Fetch) -> None:
        """So that one can follow the other."""
        for secret in self.SECRETS.split():
            headers = {"X-Origin-Secret": secret}
            assert (await fetch(f"/t/30x30/u/{KEY}", headers=headers)).code == 200


class TestOthersKeys:
    """No path reaches what belongs to another app."""

    @pytest.mark.parametrize("filters", [
        "watermark({},0,0,0)", "frame({})", "watermark(u/{},0,0,0)", "watermark('{}',0,0,0)",
    ])  # fmt: skip
    @pytest.mark.options(API_KEYS=TWO_APPS)
    async def test_a_watermark_of_another_app(
        self, fetch: Fetch, bucket: Any, filters: str
    ) -> None:
        """Its folder is not the original's."""
        bucket.put_object(Key=KEY, Body=picture())
        bucket.put_object(Key="o/shop-live/a.png", Body=picture("PNG"))
        path = f"/t/30x30/filters:{filters.format('o/shop-live/a.png')}/u/{KEY}"
        response = await fetch(path)
        assert response.code == 400
        assert "foobar-develop" in error_of(response)["message"]

    @pytest.mark.options(API_KEYS=TWO_APPS)
    async def test_a_filter_that_names_another_original(self, fetch: Fetch, bucket: Any) -> None:
        """extract_focal takes the end of the key for the original."""
        bucket.put_object(Key="o/shop-live/a.png", Body=picture("PNG"))
        inner = "unsafe/1x1:20x20/o/shop-live/a.png"
        path = f"/t/30x30/filters:extract_focal()/u/o/foobar-develop/x/{inner}"
        assert (await fetch(path)).code == 400


def transparent(kind: str) -> bytes:
    """A picture with holes."""
    file = BytesIO()
    Image.new("RGBA", (40, 30), (255, 0, 0, 90)).save(file, kind)
    return file.getvalue()


def animation() -> bytes:
    """A GIF of two frames."""
    file = BytesIO()
    frames = [Image.new("RGB", (40, 30), colour) for colour in ("red", "blue")]
    times = [100, 250]
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:], duration=times)
    return file.getvalue()


def grain(side: int) -> bytes:
    """A PNG that does not compress."""
    file = BytesIO()
    Image.effect_noise((side, side), 100).convert("RGB").save(file, "PNG", compress_level=0)
    return file.getvalue()


def plain(colour: str) -> bytes:
    """A PNG of one colour."""
    file = BytesIO()
    Image.new("RGB", (9, 9), colour).save(file, "PNG")
    return file.getvalue()
