"""thumbor_renuo.delivery.remote_images: what is fetched from elsewhere, and what never is."""

import asyncio
import gzip
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import TCPConnector, web

from tests.conftest import make_settings
from tests.delivery.small_internet import ADDRESS, SmallInternet, small_internet
from tests.web_server import web_server
from thumbor_renuo.delivery.remote_images import MAX_FETCHES, RemoteImages
from thumbor_renuo.errors import InvalidOptions, Unavailable, UpstreamError, UpstreamTimeout

URL = "https://images.example.com/logo.png"
HOSTS = ("images.example.com", "*.cdn.example.net", "other.example.org")
PNG = b"\x89PNG\r\n\x1a\n" + bytes(92)
IMAGES = [
    PNG, b"\xff\xd8\xff\xe0" + bytes(9), b"GIF87a" + bytes(9), b"GIF89a" + bytes(9),
    b"RIFF\n\r\0\0WEBPVP8 ", b"\0\0\0\x1cftypavif\0\0\0\0", b"\0\0\0\x1cftypavis\0\0\0\0",
]  # fmt: skip
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>'
Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]
Open = Callable[..., Any]


class Clock:
    """Seconds that pass when they are told to."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Open:
    """Opens a small internet and what reads images from it, with these options."""

    @asynccontextmanager
    async def open_(
        clock: Clock | None = None, **options: str
    ) -> AsyncIterator[tuple[SmallInternet, RemoteImages]]:
        async with small_internet(tmp_path, monkeypatch) as internet:
            internet.server.answer = giving(PNG)
            settings = make_settings(**options)
            images = RemoteImages(settings, lookup=internet.lookup, clock=clock or Clock())
            try:
                yield internet, images
            finally:
                await images.close()

    return open_


def giving(body: bytes, kind: str = "image/png", status: int = 200, **headers: str) -> Answer:
    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(body=body, status=status, headers={"Content-Type": kind, **headers})

    return answer


def redirecting(*locations: str, status: int = 302) -> Answer:
    """Leads along these places, and to an image at last."""
    left = list(locations)

    async def answer(request: web.Request) -> web.StreamResponse:
        if not left:
            return await giving(PNG)(request)
        return web.Response(status=status, headers={"Location": left.pop(0)})

    return answer


# -- what is fetched ------------------------------------------------------------------------------


@pytest.mark.parametrize("data", IMAGES, ids=lambda data: data[:12].hex())
async def test_an_image_is_read(opened: Open, data: bytes) -> None:
    """Its bytes as they are, with their SHA-256."""
    async with opened() as (internet, images):
        internet.server.answer = giving(data)
        images.check(URL, HOSTS)
        assert internet.asked == []
        image = await images.read(URL, HOSTS)
        assert (image.data, image.etag) == (data, hashlib.sha256(data).hexdigest())
        assert internet.connected == [(ADDRESS, 443)]


async def test_the_request_tells_nothing_of_ours(opened: Open) -> None:
    """A plain GET: no cookie, no referrer, no authorization, nothing compressed."""
    async with opened() as (internet, images):
        await images.read(URL + "?w=1&h=2#part", HOSTS)
        (request,) = internet.server.requests
        assert (request.method, request.path) == ("GET", "/logo.png?w=1&h=2")
        assert request.headers["host"] == "images.example.com"
        assert set(request.headers) <= {
            "host", "user-agent", "accept", "accept-encoding", "connection",
        }  # fmt: skip
        assert request.headers["accept-encoding"] == "identity"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirects_are_followed(opened: Open, status: int) -> None:
    """Three times, to other listed hosts and by relative addresses."""
    async with opened() as (internet, images):
        internet.server.answer = redirecting(
            "/moved.png", "https://a.cdn.example.net/a", "//b.a.cdn.example.net./b", status=status
        )
        assert (await images.read(URL, HOSTS)).data == PNG
        asked = [(request.headers["host"], request.path) for request in internet.server.requests]
        assert asked == [
            ("images.example.com", "/logo.png"),
            ("images.example.com", "/moved.png"),
            ("a.cdn.example.net", "/a"),
            ("b.a.cdn.example.net", "/b"),
        ]


async def test_a_fourth_redirect_is_not_followed(opened: Open) -> None:
    """The message names the limit."""
    async with opened() as (internet, images):
        internet.server.answer = redirecting("/1", "/2", "/3", "/4")
        with pytest.raises(UpstreamError, match="more often than 3 times") as caught:
            await images.read(URL, HOSTS)
        assert caught.value.limit == 3
        assert len(internet.server.requests) == 4


async def test_private_networks_can_be_allowed(tmp_path: Path) -> None:
    """For trying: http, any port and any address, of listed hosts still."""
    async with web_server() as server:
        server.answer = giving(PNG)
        images = RemoteImages(make_settings(REMOTE_PRIVATE="true"))
        url = f"http://127.0.0.1:{server.port}/a.png"
        assert (await images.read(url, ["127.0.0.1"])).data == PNG
        with pytest.raises(InvalidOptions, match="not allowed"):
            await images.read(url, ["images.example.com"])
        await images.close()
        assert len(server.requests) == 1


# -- what is never connected to -------------------------------------------------------------------

# Refused at once, and as what a redirect leads to.
HOSTILE_URLS = [
    # addresses, in all spellings
    "https://127.0.0.1/", "https://169.254.169.254/latest/meta-data/", "https://10.0.0.1/",
    "https://100.100.100.200/latest/meta-data/", "https://168.63.129.16/", "https://0.0.0.0/",
    "https://2130706433/", "https://017700000001/", "https://0177.0.0.1/", "https://0x7f000001/",
    "https://0x7f.1/", "https://127.1/", "https://127.0.1/", "https://0/", "https://127.0.0.1./",
    "https://[::1]/", "https://[::]/", "https://[::ffff:127.0.0.1]/", "https://[::ffff:7f00:1]/",
    "https://[::127.0.0.1]/", "https://[64:ff9b::169.254.169.254]/", "https://[64:ff9b::7f00:1]/",
    "https://[2002:7f00:1::]/", "https://[2002:a9fe:a9fe::]/", "https://[fd00:ec2::254]/",
    "https://[fe80::1]/", "https://[fe80::1%25eth0]/", "https://[2001::7f00:1]/",
    "https://8.8.8.8/",
    # names that are not listed
    "https://localhost/", "https://metadata.google.internal/", "https://evil.example/",
    "https://evilimages.example.com/", "https://images.example.com.evil.example/",
    "https://cdn.example.net/", "https://127.0.0.1.nip.io/", "https://evil.example#@images/",
    "https://evil.example?@images.example.com/", "https://evil.example/@images.example.com/",
    # user names
    "https://images.example.com@evil.example/", "https://images.example.com:pw@evil.example/",
    "https://images.example.com%2f@evil.example/", "https://user@images.example.com/",
    "https://user:pw@images.example.com/", "https://:pw@images.example.com/",
    "https://@images.example.com/", "https://images.example.com\\@evil.example/",
    "https://[@", "https://[::1]@", "https://]@images.example.com/",
    # odd names
    "https://evil.example\\@images.example.com/", "https://evil.example\\.images.example.com/",
    "https://images.example.com%00.evil.example/", "https://images%2eexample.com/",
    "https://images..example.com/", "https://.cdn.example.net/", "https://[images.example.com]/",
    "https://" + "a" * 64 + ".cdn.example.net/", "https://" + "a." * 130 + "cdn.example.net/",
    "https://[::1", "https:\\\\images.example.com/",
    # ports and schemes
    "https://images.example.com:22/", "https://images.example.com:80/",
    "https://images.example.com:65536/", "https://images.example.com:0/",
    "https://images.example.com:x/", "http://images.example.com/", "HTTP://images.example.com/",
    "ftp://images.example.com/", "file:///etc/passwd", "file://images.example.com/etc/passwd",
    "gopher://images.example.com/", "dict://images.example.com/", "jar:https://images.example.com/",
    "data:image/png;base64,iVBORw0KGgo=", "javascript:alert(1)", "blob:https://images.example.com/",
    "view-source:https://images.example.com/", "ws://images.example.com/",
    "http://169.254.169.254/latest/meta-data/iam/",
    # too long
    "https://images.example.com/" + "a" * 2100,
]  # fmt: skip
# What no header can hold as it is, and what would be relative to where a redirect stands.
NO_URLS = [
    "https://127\u30020\u30020\u30021/", "https://\u2460\u2461\u2466.0.0.1/",
    "https://\uff11\uff12\uff17.0.0.1/", "https://evil\uff0eexample/",
    "https://\u2100.cdn.example.net/", "https://images.example.com\u00ad/",
    "https://images.example.com\u00a0/", "https://images.example.com\t/",
    "https://images.example.com\n.evil.example/", "ht\ttps://images.example.com/",
    " https://images.example.com/", "https://images.example.com/\r", "https://images.example.com /",
    "https://images.example.com\0.evil.example/", "https://images.example.com/\ud800",
    "", "https", "https:", "https://", "https:///etc/passwd", "https:images.example.com",
    "//images.example.com/", "images.example.com/a.png", "/etc/passwd", "o/app/a.png",
]  # fmt: skip


@pytest.mark.parametrize("url", HOSTILE_URLS + NO_URLS, ids=lambda url: ascii(url)[:60])
async def test_hostile_addresses_are_refused(opened: Open, url: str) -> None:
    """Nothing is looked up, nothing connected to, and the message shows little of the address."""
    async with opened() as (internet, images):
        with pytest.raises(InvalidOptions):
            images.check(url, HOSTS)
        with pytest.raises(InvalidOptions) as caught:
            await images.read(url, HOSTS)
        assert (internet.asked, internet.connected, internet.server.requests) == ([], [], [])
        assert len(caught.value.message) < 400
        assert url[:101] not in caught.value.message or len(url) <= 100


HOSTILE_ADDRESSES = [
    "127.0.0.1", "127.8.8.8", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254",
    "100.64.0.1", "0.0.0.0", "224.0.0.1", "255.255.255.255", "168.63.129.16", "198.18.0.1", "::1",
    "::", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "64:ff9b::7f00:1",
    "64:ff9b:1::7f00:1", "2002:7f00:1::1", "2001::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0",
    "fec0::1", "ff02::1",
]  # fmt: skip


@pytest.mark.parametrize("address", HOSTILE_ADDRESSES)
async def test_a_listed_name_of_a_hostile_address_is_refused(opened: Open, address: str) -> None:
    """At once or after a redirect: the list of names opens no way inwards."""
    async with opened() as (internet, images):
        internet.names["a.cdn.example.net"] = [[address]]
        with pytest.raises(InvalidOptions, match="no public address"):
            await images.read("https://a.cdn.example.net/", HOSTS)
        assert internet.connected == []
        internet.server.answer = redirecting("https://a.cdn.example.net/2")
        with pytest.raises(InvalidOptions, match="no public address"):
            await images.read(URL, HOSTS)
        assert internet.connected == [(ADDRESS, 443)]


@pytest.mark.parametrize(
    "location",
    [*HOSTILE_URLS, "//evil.example/", "/\\evil.example/", "\\\\evil.example\\", "/a b"],
    ids=lambda url: ascii(url)[:60],
)
async def test_a_redirect_to_a_hostile_address_is_refused(opened: Open, location: str) -> None:
    """The first server is asked, and nobody else."""
    async with opened() as (internet, images):
        internet.server.answer = redirecting(location)
        with pytest.raises(InvalidOptions):
            await images.read(URL, HOSTS)
        assert internet.connected == [(ADDRESS, 443)]
        assert internet.asked == ["images.example.com"]
        assert len(internet.server.requests) == 1


async def test_a_name_that_is_rebound_is_not_connected_to(opened: Open) -> None:
    """A connection goes to the address that was checked; each new one is checked anew."""
    async with opened() as (internet, images):
        internet.names["images.example.com"] = [[ADDRESS], ["127.0.0.1"]]
        assert (await images.read(URL, HOSTS)).data == PNG
        assert internet.asked == ["images.example.com"]
        assert internet.connected == [(ADDRESS, 443)]
        internet.names["images.example.com"] = [[ADDRESS], ["169.254.169.254"]]
        assert images._session is not None
        assert isinstance(images._session.connector, TCPConnector)
        images._session.connector.clear_dns_cache()
        await images.read(URL + "?1", HOSTS)
        images._session.connector.clear_dns_cache()
        with pytest.raises(InvalidOptions, match="no public address"):
            await images.read(URL + "?2", HOSTS)
        assert internet.connected == [(ADDRESS, 443)] * 2


async def test_hostile_addresses_beside_a_public_one_are_passed_over(opened: Open) -> None:
    """Only the public one is connected to, wherever it stands."""
    async with opened() as (internet, images):
        internet.names["images.example.com"] = [["127.0.0.1", "::1", ADDRESS, "10.0.0.1"]]
        assert (await images.read(URL, HOSTS)).data == PNG
        assert internet.connected == [(ADDRESS, 443)]


# -- what is no image, or too much ----------------------------------------------------------------


async def test_the_size_is_bounded(opened: Open) -> None:
    """The limit itself passes, one byte more names it, whether or not it was announced."""
    async with opened(REMOTE_MAX_BYTES="100") as (internet, images):
        assert len((await images.read(URL, HOSTS)).data) == 100
        internet.server.answer = giving(PNG + b"\0")
        with pytest.raises(InvalidOptions, match="limit of 100 bytes") as caught:
            await images.read(URL + "?2", HOSTS)
        assert caught.value.limit == 100


async def test_an_endless_answer_is_cut_off(opened: Open) -> None:
    """A server that sends chunks without end finds its connection closed."""
    closed = asyncio.Event()

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "image/png"})
        await response.prepare(request)
        try:
            while True:
                await response.write(PNG)
        except ConnectionError:
            closed.set()
            raise

    async with opened(REMOTE_MAX_BYTES="10000") as (internet, images):
        internet.server.answer = answer
        with pytest.raises(InvalidOptions, match="limit of 10000 bytes"):
            await images.read(URL, HOSTS)
        async with asyncio.timeout(10):
            await closed.wait()


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "gzip, gzip"])
async def test_a_small_answer_does_not_grow(opened: Open, coding: str) -> None:
    """What was not asked to be compressed is not unpacked."""
    bomb = gzip.compress(PNG + bytes(5_000_000))
    async with opened() as (internet, images):
        internet.server.answer = giving(bomb, **{"Content-Encoding": coding})
        with pytest.raises(UpstreamError, match="gave no JPEG"):
            await images.read(URL, HOSTS)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (PNG, "text/html"),
        (PNG, "application/json"),
        (PNG, "application/octet-stream"),
        (SVG, "image/svg+xml"),
        (SVG, "image/png"),
        (b'<?xml version="1.0"?>' + SVG, "image/png"),
        (gzip.compress(SVG), "image/svg+xml"),
        (b'{"AccessKeyId": "x"}', "image/png"),
        (b"%PDF-1.7", "image/png"),
        (b"%!PS-Adobe-3.0 EPSF-3.0", "image/x-eps"),
        (b"RIFF\n\r\0\0WAVE", "image/webp"),
        (b"\0\0\0\x1cftypisom\0\0\0\0", "image/avif"),
        (b"\n" + PNG, "image/png"),
        (b"", "image/png"),
    ],
)
async def test_only_images_are_taken(opened: Open, body: bytes, kind: str) -> None:
    """Type and first bytes have both to be an image's, and SVG is none."""
    async with opened() as (internet, images):
        internet.server.answer = giving(body, kind)
        with pytest.raises(UpstreamError, match=r"images\.example\.com gave no"):
            await images.read(URL, HOSTS)


@pytest.mark.parametrize("status", [201, 204, 206, 300, 304, 305, 400, 403, 404, 429, 500, 503])
async def test_other_answers_are_no_images(opened: Open, status: int) -> None:
    """Whatever their bodies are."""
    async with opened() as (internet, images):
        internet.server.answer = giving(b"" if status in {204, 304} else PNG, status=status)
        with pytest.raises(UpstreamError, match=f"answered {status}"):
            await images.read(URL, HOSTS)


async def test_a_redirect_to_nowhere_ends(opened: Open) -> None:
    """Without a Location it leads to itself, three times."""

    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(status=302)

    async with opened() as (internet, images):
        internet.server.answer = answer
        with pytest.raises(UpstreamError):
            await images.read(URL, HOSTS)


# -- what goes wrong on the way -------------------------------------------------------------------


@pytest.mark.parametrize("begun", [False, True])
async def test_a_slow_server_is_given_up(opened: Open, begun: bool) -> None:
    """The time holds for all of it, and is named."""
    async with opened(REMOTE_SECONDS="0.3") as (internet, images):

        async def drip(request: web.Request) -> web.StreamResponse:
            response = web.StreamResponse(headers={"Content-Type": "image/png"})
            await response.prepare(request)
            await response.write(PNG)
            await internet.hang(request)
            return response

        internet.server.answer = drip if begun else internet.hang
        with pytest.raises(UpstreamTimeout, match=r"limit of 0\.3 seconds") as caught:
            await images.read(URL, HOSTS)
        assert (caught.value.limit, caught.value.status) == ("0.3", 504)


async def test_the_time_holds_for_all_redirects_together(opened: Open) -> None:
    """A redirect begins no new time."""
    started: list[float] = []
    async with opened(REMOTE_SECONDS="0.4") as (internet, images):

        async def answer(request: web.Request) -> web.StreamResponse:
            started.append(asyncio.get_running_loop().time())
            first = len(started) == 1
            return await (redirecting("/2") if first else internet.hang)(request)

        internet.server.answer = answer
        with pytest.raises(UpstreamTimeout):
            await images.read(URL, HOSTS)
        assert len(started) == 2
        assert asyncio.get_running_loop().time() - started[0] < 0.4


async def test_unreachable_servers_are_theirs_to_mend(opened: Open) -> None:
    """No such name, a refused connection, a certificate for another name: 502, in few words."""
    async with opened() as (internet, images):
        internet.names["a.cdn.example.net"] = [["9.9.9.9"]]
        for host in ("nowhere.cdn.example.net", "a.cdn.example.net", "other.example.org"):
            with pytest.raises(UpstreamError, match=f"^{host} cannot be reached") as caught:
                await images.read(f"https://{host}/secret", HOSTS)
            assert caught.value.status == 502
            assert "secret" not in caught.value.message
        assert internet.server.requests == []


async def test_a_body_cut_short_is_no_image(opened: Open) -> None:
    """Fewer bytes than were announced."""

    async def answer(request: web.Request) -> web.StreamResponse:
        headers = {"Content-Type": "image/png", "Content-Length": "1000"}
        response = web.StreamResponse(headers=headers)
        await response.prepare(request)
        await response.write(PNG)
        request.transport.close()  # type: ignore[union-attr]
        return response

    async with opened() as (internet, images):
        internet.server.answer = answer
        with pytest.raises(UpstreamError, match="broke off"):
            await images.read(URL, HOSTS)


# -- what is kept ---------------------------------------------------------------------------------


async def test_an_image_is_kept_for_a_while(opened: Open) -> None:
    """Until its time is over its server is not asked again."""
    clock = Clock()
    async with opened(clock, REMOTE_CACHE_SECONDS="60") as (internet, images):
        first = await images.read(URL, HOSTS)
        internet.server.answer = giving(IMAGES[1])
        clock.now += 59
        assert await images.read(URL.replace("images", "IMAGES") + "#x", HOSTS) == first
        assert len(internet.server.requests) == 1
        clock.now += 2
        assert (await images.read(URL, HOSTS)).data == IMAGES[1]


async def test_the_memory_is_bounded(opened: Open) -> None:
    """What was used least lately goes first."""
    async with opened(REMOTE_CACHE_BYTES="6000") as (internet, images):
        for number in range(20):
            await images.read(f"{URL}?{number}", HOSTS)
        await images.read(f"{URL}?19", HOSTS)
        assert len(internet.server.requests) == 20
        await images.read(f"{URL}?0", HOSTS)
        assert len(internet.server.requests) == 21


async def test_nothing_need_be_kept(opened: Open) -> None:
    """With no bytes for it each request asks."""
    async with opened(REMOTE_CACHE_BYTES="0") as (internet, images):
        await images.read(URL, HOSTS)
        await images.read(URL, HOSTS)
        assert len(internet.server.requests) == 2


@pytest.mark.parametrize("status", [404, 500])
async def test_a_failure_is_kept_for_seconds(opened: Open, status: int) -> None:
    """So that a broken server is left in peace, and found to be whole soon."""
    clock = Clock()
    async with opened(clock) as (internet, images):
        internet.server.answer = status
        told = []
        for _ in range(3):
            with pytest.raises(UpstreamError) as caught:
                await images.read(URL, HOSTS)
            told.append(caught.value)
        assert len({error.message for error in told}) == 1
        assert len({id(error) for error in told}) == 3
        assert len(internet.server.requests) == 1
        internet.server.answer = giving(PNG)
        clock.now += 5.1
        assert (await images.read(URL, HOSTS)).data == PNG


async def test_what_one_list_allows_another_does_not(opened: Open) -> None:
    """A kept image is not given to whom its redirect would have been refused, or its host."""
    async with opened() as (internet, images):
        internet.server.answer = redirecting("https://a.cdn.example.net/")
        await images.read(URL, HOSTS)
        internet.server.answer = redirecting("https://a.cdn.example.net/")
        with pytest.raises(InvalidOptions, match="not allowed"):
            await images.read(URL, ["images.example.com"])
        with pytest.raises(InvalidOptions, match="not allowed"):
            await images.read(URL, [])
        assert (await images.read(URL, [*reversed(HOSTS)])).data == PNG
        assert len(internet.server.requests) == 3


# -- many at once ---------------------------------------------------------------------------------


def gate() -> tuple[asyncio.Event, Answer]:
    """An answer that waits until the event is set."""
    event = asyncio.Event()

    async def answer(request: web.Request) -> web.StreamResponse:
        await event.wait()
        return await giving(PNG)(request)

    return event, answer


async def test_equal_requests_ask_once(opened: Open) -> None:
    """All get the one answer."""
    async with opened() as (internet, images):
        event, internet.server.answer = gate()
        reading = [asyncio.ensure_future(images.read(URL, HOSTS)) for _ in range(100)]
        await internet.server.has_received(1)
        event.set()
        assert {image.data for image in await asyncio.gather(*reading)} == {PNG}
        assert len(internet.server.requests) == 1


async def test_fetches_at_once_are_bounded(opened: Open) -> None:
    """One host has half of the places; past the limit it is 503, and afterwards all are free."""
    async with opened() as (internet, images):
        event, internet.server.answer = gate()
        half = MAX_FETCHES // 2
        urls = [f"{URL}?{number}" for number in range(half)]
        urls += [f"https://a.cdn.example.net/?{number}" for number in range(half)]
        reading = [asyncio.ensure_future(images.read(url, HOSTS)) for url in urls]
        await internet.server.has_received(half)
        with pytest.raises(Unavailable) as caught:
            await images.read(f"{URL}?more", HOSTS)
        assert caught.value.limit == MAX_FETCHES
        await internet.server.has_received(MAX_FETCHES)
        with pytest.raises(Unavailable):
            await images.read("https://b.a.cdn.example.net/", HOSTS)
        event.set()
        await asyncio.gather(*reading)
        more = [images.read(f"{url}&again", HOSTS) for url in urls]
        assert len(await asyncio.gather(*more)) == MAX_FETCHES


async def test_who_leaves_frees_the_place(opened: Open) -> None:
    """When nobody waits any more the fetch ends, again and again."""
    async with opened() as (internet, images):
        for number in range(MAX_FETCHES * 2):
            internet.server.answer = internet.hang
            reading = asyncio.ensure_future(images.read(URL, HOSTS))
            await internet.server.has_received(number + 1)
            reading.cancel()
            with pytest.raises(asyncio.CancelledError):
                await reading
        internet.server.answer = giving(PNG)
        assert (await images.read(URL, HOSTS)).data == PNG


async def test_closing_gives_up_what_is_under_way(opened: Open) -> None:
    """Nobody waits for a server that never answers."""
    async with opened(REMOTE_SECONDS="60") as (internet, images):
        internet.server.answer = internet.hang
        reading = asyncio.ensure_future(images.read(URL, HOSTS))
        await internet.server.has_received(1)
        async with asyncio.timeout(10):
            await images.close()
            ended = await asyncio.gather(reading, return_exceptions=True)
        assert isinstance(ended[0], BaseException)
