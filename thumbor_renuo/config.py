"""Every option once: its name, default, group, help and what it accepts."""

import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field, fields
from importlib.util import find_spec
from typing import Any, Self
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from thumbor.config import Config
from thumbor.filters import BUILTIN_FILTERS

from thumbor_renuo.errors import ConfigurationError
from thumbor_renuo.logs import json_logs

THUMBOR_DEFAULT_KEY = "MY_SECURE_KEY"
MAX_WORDS = 100
MAX_POST_BYTES = 5 * 1024**3  # S3 takes no larger object in one POST
ACLS = ("bucket-owner-full-control", "public-read", "private")
# Ours run none of Thumbor's C code on pixels, which keeps the interpreter's lock, and of which some
# writes past its memory; but for that of noise, which is safe, strip by strip.
OWN_FILTERS = {
    f"thumbor.filters.{name}": f"thumbor_renuo.filters.{name}"
    for name in (
        "background_color", "blur", "brightness", "colorize", "contrast", "convolution", "curve",
        "equalize", "fill", "frame", "grayscale", "noise", "proportion", "rgb", "round_corner",
        "saturation", "sharpen", "upscale", "watermark",
    )
}  # fmt: skip
NEW_FILTERS = tuple(
    f"thumbor_renuo.filters.{name}"
    for name in ("dominant_color", "placeholder", "text", "thumbhash")
)
SAFE_FILTERS = tuple(OWN_FILTERS.get(name, name) for name in BUILTIN_FILTERS) + NEW_FILTERS


@dataclass(frozen=True)
class Kind:
    """What an option accepts: `parse` returns the typed value or raises ValueError."""

    wants: str
    parse: Callable[[Any], Any]


def text(wants: str, pattern: str) -> Kind:
    """A string that matches all of `pattern`."""

    def parse(raw: Any) -> str:
        if not isinstance(raw, str) or not re.fullmatch(pattern, raw):
            raise ValueError
        return raw

    return Kind(wants, parse)


def number(low: float, high: float, unit: str, *, whole: bool = True) -> Kind:
    """An int (or, with whole=False, a float) between two bounds, both allowed."""
    convert: Callable[[Any], Any] = int if whole else float

    def parse(raw: Any) -> int | float:
        if isinstance(raw, bool) or (
            isinstance(raw, str) and not re.fullmatch(r"-?[0-9]{1,15}(\.[0-9]{1,15})?", raw)
        ):
            raise ValueError
        value: int | float = convert(raw)
        if whole and isinstance(raw, float) and raw != value:
            raise ValueError
        if not low <= value <= high:
            raise ValueError
        return value

    word = "a whole number" if whole else "a number"
    return Kind(f"{word} of {unit} from {low:,} to {high:,}", parse)


def one_of(*choices: str) -> Kind:
    """One of a few words."""
    return text("one of " + ", ".join(choices), "|".join(map(re.escape, choices)))


def _parse_switch(raw: Any) -> bool:
    words = {"1": True, "true": True, "yes": True, "on": True}
    words |= {"0": False, "false": False, "no": False, "off": False}
    value = words.get(str(raw).lower())
    if value is None:
        raise ValueError
    return value


def _parse_endpoint(raw: Any) -> str:
    if raw in ("", None):
        return ""
    parts = urlsplit(str(raw))
    # `port` raises ValueError for one that is none.
    plain = f"{parts.scheme}://{parts.hostname}" + (f":{parts.port}" if parts.port else "")
    if parts.scheme not in {"http", "https"} or str(raw).rstrip("/").lower() != plain:
        raise ValueError
    return str(raw).rstrip("/")


def _parse_networks(raw: Any) -> tuple[str, ...]:
    items = [str(item) for item in (raw.split(",") if isinstance(raw, str) else raw)]
    return tuple(str(ipaddress.ip_network(item.strip())) for item in items if item.strip())


def _parse_clamd(raw: Any) -> str:
    text = str(raw or "")
    host, _, port = text.rpartition(":")
    good = re.fullmatch(r"[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]", host) and re.fullmatch(
        "[0-9]{1,5}", port
    )
    if text and not re.fullmatch("unix:/.+", text) and not (good and 1 <= int(port) < 2**16):
        raise ValueError
    return text


rate = text(
    "a rate (600/minute, 10/15minutes, 10000/day), or off",
    r"(?i)off|0*[1-9][0-9]{0,17} ?/ ?([1-9]|[12][0-9]|3[01])? ?(second|minute|hour|day)s?",
)


def words(wants: str, pattern: str) -> Kind:
    """A list of short texts that match all of `pattern`, or one text with blanks between them."""

    def parse(raw: Any) -> tuple[str, ...]:
        items = raw.split() if isinstance(raw, str) else raw
        if not isinstance(items, list | tuple) or len(items) > MAX_WORDS:
            raise ValueError
        if not all(isinstance(item, str) and re.fullmatch(pattern, item) for item in items):
            raise ValueError
        return tuple(items)

    return Kind(f"{wants}; a list, or one text with blanks between", parse)


clamd = Kind("host:port, unix:/path, or nothing", _parse_clamd)
switch = Kind("true or false", _parse_switch)
endpoint = Kind("an http(s) address without path, or nothing for AWS", _parse_endpoint)
networks = Kind("addresses or networks, separated by commas (10.0.0.0/8, ::1)", _parse_networks)
_SIDE = "[1-9][0-9]{0,4}"
SIZE = f"{_SIDE}|{_SIDE}x{_SIDE}|{_SIDE}-{_SIDE}/{_SIDE}"
sizes = words(
    "sizes in pixels: `300` for a width or height, `320-1920/160` for every 160 from 320 to 1920, "
    "`300x200` for both",
    SIZE,
)
_NUMBER = r"-?[0-9]{1,9}(\.[0-9]{1,3})?"
_RANGE = rf"(\*|{_NUMBER}\.\.{_NUMBER}|[A-Za-z0-9_-]+(\|[A-Za-z0-9_-]+)*)"
filters = words(
    "filters, each with or without what its arguments may be: `quality(40..90)`, `blur(0..20,*)`, "
    "`format(webp|jpeg)`, `grayscale`; `none` allows none",
    rf"[a-z_]{{1,30}}(\({_RANGE}(,{_RANGE})*\))?",
)
hosts = words(
    "hosts of https addresses: `images.example.com`, or `*.example.com` for all below",
    r"(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?",
)
formats = words("avif, webp, both, or none", "avif|webp|none")


def _parse_jpeg_encoder(raw: Any) -> str:
    if raw not in {"libjpeg-turbo", "jpegli"} or (raw == "jpegli" and not find_spec("pyjpegli")):
        raise ValueError
    return str(raw)


jpeg_encoder = Kind(
    "libjpeg-turbo, or jpegli where `thumbor_renuo[jpegli]` is installed", _parse_jpeg_encoder
)
secrets = words("one secret of 16 characters or more, or two during a change", "[!-+.-~-]{16,200}")
anything = Kind("a text", lambda raw: "" if raw is None else str(raw).strip())


def _option(default: Any, group: str, kind: Kind, help_text: str, **more: Any) -> Any:
    metadata = {"group": group, "kind": kind, "help": help_text, **more}
    return field(default=default, repr=not more.get("secret"), metadata=metadata)


@dataclass(frozen=True)
class Settings:
    """The checked, typed values of all our options."""

    # -- S3 ---------------------------------------------------------------------------------
    s3_bucket_name: str = _option(
        "",
        "S3",
        text("a bucket name", r"[a-z0-9](?!.*\.\.)[a-z0-9.-]{1,61}[a-z0-9]"),
        "The one bucket that holds the originals of all apps.",
        required=True,
    )
    s3_public_key: str = _option(
        "",
        "S3",
        text("an access key id", r"[!-~]{1,128}"),
        "Access key id that signs uploads and reads the bucket. A long-lived key: the old upload "
        "clients cannot send a role's session token.",
        required=True,
    )
    s3_secret_key: str = _option(
        "",
        "S3",
        text("a secret access key", r"[!-~]{1,256}"),
        "Secret of that key.",
        secret=True,
        required=True,
    )
    s3_region: str = _option(
        "eu-central-1",
        "S3",
        text("a region's name", r"[a-z0-9-]{1,40}"),
        "The bucket's region.",
    )
    s3_endpoint: str = _option(
        "",
        "S3",
        endpoint,
        "Address of an S3 look-alike, for the browser and for us. Empty: AWS.",
    )
    s3_policy_dialect: str = _option(
        "aws",
        "S3",
        one_of("aws", "seaweedfs"),
        "The kind of S3 behind the signer. SeaweedFS refuses a condition on the field `utf8`, "
        "AWS requires it.",
    )
    s3_connections: int = _option(
        50,
        "S3",
        number(1, 1000, "connections"),
        "Most connections to S3 that a process opens for each purpose (loading, streaming "
        "originals, uploads, stored thumbnails); more "
        "originals at once are answered with 503.",
    )
    s3_connect_seconds: float = _option(
        2.0,
        "S3",
        number(0.05, 60, "seconds", whole=False),
        "Longest wait for a connection to S3.",
    )
    s3_read_seconds: float = _option(
        10.0,
        "S3",
        number(0.05, 300, "seconds", whole=False),
        "Longest silence of S3 within an answer.",
    )
    s3_total_seconds: float = _option(
        30.0,
        "S3",
        number(0.1, 600, "seconds", whole=False),
        "Longest time for loading one image, retries and waiting for a connection included.",
    )
    s3_retries: int = _option(
        1,
        "S3",
        number(0, 10, "retries"),
        "How often a failed request to S3 is tried again, with back-off.",
    )
    s3_forbidden_is_missing: bool = _option(
        False,
        "S3",
        switch,
        "Answer 404 where S3 answers 403: for keys that cannot be given s3:ListBucket, to which "
        "S3 never says that an object is missing.",
    )
    # -- Uploads ----------------------------------------------------------------------------
    api_keys: str = _option(
        "",
        "Uploads",
        anything,
        'The apps: `{"key":"…","private_key":"…","app_name":"…","env":"…"};{…}`. An entry that '
        "is malformed is skipped with a logged error.",
        secret=True,
    )
    apps_file: str = _option(
        "",
        "Uploads",
        anything,
        "A TOML file with the apps, beside or instead of API_KEYS. A fault in it stops the start.",
    )
    secret_key: str = _option(
        "",
        "Uploads",
        text("a text of at least 1 character", r"(?s).+"),
        "Secret behind the first group of an upload's prefix.",
        secret=True,
        required=True,
    )
    upload_acl: str = _option(
        "bucket-owner-full-control",
        "Uploads",
        one_of(*ACLS),
        "ACL of what is uploaded. Buckets with ACLs disabled take the default only; old buckets "
        "may rely on public-read.",
    )
    upload_policy_seconds: int = _option(
        28800,
        "Uploads",
        number(60, 604800, "seconds"),
        "How long an upload policy may be used.",
    )
    upload_max_bytes: int = _option(
        MAX_POST_BYTES,
        "Uploads",
        number(1, MAX_POST_BYTES, "bytes"),
        "The largest file that an upload policy allows, for apps whose record has no max_bytes. S3 "
        "itself takes 5 GiB in one POST.",
    )
    completion_seconds: int = _option(
        86400,
        "Uploads",
        number(60, 604800, "seconds"),
        "How long after the policy's end an upload may still be completed.",
    )
    multipart_seconds: int = _option(
        604800,
        "Uploads",
        number(600, 2592000, "seconds"),
        "How long a multipart upload may take from beginning to completion.",
    )
    multipart_part_seconds: int = _option(
        3600,
        "Uploads",
        number(60, 604800, "seconds"),
        "How long the signed URL of one part may be used.",
    )
    s3_complete_seconds: float = _option(
        120.0,
        "Uploads",
        number(1, 3600, "seconds", whole=False),
        "Longest time for S3 to join the parts of a multipart upload, or to copy an upload.",
    )
    check_max_pixels: int = _option(
        100_000_000,
        "Uploads",
        number(1_000_000, 2_000_000_000, "pixels"),
        "The most pixels of an uploaded image, all frames together, that is decoded for its check; "
        "of an AVIF, half as many.",
    )
    check_queue: int = _option(
        20,
        "Uploads",
        number(1, 1000, "uploads"),
        "The most uploads that a process checks at once; past it the answer is 503.",
    )
    check_seconds: float = _option(
        240.0,
        "Uploads",
        number(1, 3600, "seconds", whole=False),
        "Longest time for the check of one upload, all reading included.",
    )
    clamd_address: str = _option(
        "",
        "Uploads",
        clamd,
        "The clamd that scans uploads of apps with `scan = true` before they are published.",
    )
    clamd_seconds: float = _option(
        60.0,
        "Uploads",
        number(1, 3600, "seconds", whole=False),
        "Longest time for one scan.",
    )
    clamd_max_bytes: int = _option(
        100 * 1024**2,
        "Uploads",
        number(1, 4 * 1024**3, "bytes"),
        "The largest upload that is scanned; no more than clamd's StreamMaxLength and MaxFileSize. "
        "Larger ones of apps that want a scan are refused. Set AlertExceedsMax in clamd.conf, "
        "without which clamd calls clean what it did not look through.",
    )
    webhook_queue: int = _option(
        10_000,
        "Uploads",
        number(1, 1_000_000, "events"),
        "The most webhook events that wait, in a process or in Redis; what comes on top is lost. "
        "One app has half of them at most",
    )
    webhook_seconds: float = _option(
        15.0,
        "Uploads",
        number(1, 60, "seconds", whole=False),
        "Longest time for one attempt to deliver a webhook event.",
    )
    webhook_private: bool = _option(
        False,
        "Uploads",
        switch,
        "Deliver webhooks to private addresses and any port as well. For trying only.",
    )
    # -- Abuse ------------------------------------------------------------------------------
    redis_url: str = _option(
        "",
        "Abuse",
        anything,
        "Redis, for limits that hold over all processes and machines: redis://host:6379/0. Needs "
        "`thumbor_renuo[redis]`. Empty, or while it does not answer: each process counts alone.",
        secret=True,
    )
    rate_limit_address: str = _option(
        "600/minute",
        "Abuse",
        rate,
        "The most requests to sign or complete uploads from one address (IPv6: one /64).",
    )
    rate_limit_parts: str = _option(
        "20000/minute",
        "Abuse",
        rate,
        "The most URLs of single parts that are signed for one address.",
    )
    rate_limit_key: str = _option(
        "6000/minute",
        "Abuse",
        rate,
        "The same for one API key.",
    )
    rate_limit_wrong_keys: str = _option(
        "10/15minutes",
        "Abuse",
        rate,
        "The most wrong private keys from one address; past it right ones are refused, too.",
    )
    # -- Delivery ---------------------------------------------------------------------------
    cdn_host: str = _option(
        "",
        "Delivery",
        text(
            "a host without scheme (cdn.example.com)",
            r"([A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]+\])(:\d{1,5})?",
        ),
        "Host of the CDN in front of us, as browsers know it.",
        required=True,
    )
    max_age: int = _option(
        2592000,
        "Delivery",
        number(0, 31536000, "seconds"),
        "How long browsers may keep originals and thumbnails.",
        thumbor=True,
    )
    s_maxage: int = _option(
        31536000,
        "Delivery",
        number(0, 31536000, "seconds"),
        "How long the CDN may keep them.",
    )
    stale_while_revalidate: int = _option(
        86400,
        "Delivery",
        number(0, 31536000, "seconds"),
        "How long after that an old answer may be given while a new one is fetched.",
    )
    stale_if_error: int = _option(
        604800,
        "Delivery",
        number(0, 31536000, "seconds"),
        "How long after that an old answer may be given while we cannot answer.",
    )
    error_max_age: int = _option(
        10,
        "Delivery",
        number(0, 86400, "seconds"),
        "How long an answer about a faulty or missing path may be kept. 5xx are never kept.",
    )
    source_max_bytes: int = _option(
        100 * 1024**2,
        "Delivery",
        number(1, 2 * 1024**3, "bytes"),
        "The largest original that is made into a thumbnail.",
    )
    thumbnail_max_side: int = _option(
        5000,
        "Delivery",
        number(1, 16383, "pixels"),
        "The greatest width or height of a thumbnail.",
    )
    thumbnail_max_pixels: int = _option(
        25_000_000,
        "Delivery",
        number(1, 268_402_689, "pixels"),
        "The most pixels of a thumbnail.",
    )
    thumbnail_max_filters: int = _option(
        10,
        "Delivery",
        number(0, 100, "filters"),
        "The most filters in one thumbnail's options.",
    )
    thumbnail_filter_steps: int = _option(
        600_000_000,
        "Delivery",
        number(1_000_000, 10**12, "steps"),
        "The most work that the filters of one thumbnail may be: pixels, times those that are "
        "looked at for each (blur(20): 15). Some 400 million take a second.",
    )
    thumbnail_queue: int = _option(
        100,
        "Delivery",
        number(1, 10000, "requests"),
        "The most renders that wait for a place in a process. The apps take turns; past it the app "
        "with the most of them is answered with 503.",
    )
    thumbnail_wait_seconds: float = _option(
        10.0,
        "Delivery",
        number(0.1, 300, "seconds", whole=False),
        "Longest wait for a place; a request that has waited longer is answered with 503.",
    )
    render_threads: int = _option(
        0,
        "Delivery",
        number(0, 256, "threads"),
        "How many thumbnails a process makes at once. 0: its share of the cores, two at least.",
    )
    render_seconds: float = _option(
        20.0,
        "Delivery",
        number(0.1, 600, "seconds", whole=False),
        "Longest time for making one thumbnail, from decoding to encoding; past it the answer is "
        "503. Code of others (filters, engines, detectors) is not stopped within a step of its.",
    )
    render_memory_bytes: int = _option(
        0,
        "Delivery",
        number(0, 16 * 1024**4, "bytes"),
        "How much memory a process's renders may take together, as estimated before each; what "
        "does not fit waits, up to THUMBNAIL_WAIT_SECONDS. One that is larger runs as the only "
        "large one. 0: its share of half of the memory of the machine or the container.",
    )
    decoded_cache_bytes: int = _option(
        128 * 1024**2,
        "Delivery",
        number(0, 64 * 1024**3, "bytes"),
        "How much of decoded originals a process keeps in memory, each reduced as far as the "
        "thumbnails asked for allow, so that several sizes are made of one decoding. One original "
        "takes a quarter of it at most. 0 keeps none.",
    )
    truncated_images: bool = _option(
        False,
        "Delivery",
        switch,
        "Show what there is of an original that is cut short or damaged. Otherwise 400.",
    )
    wide_gamut: bool = _option(
        False,
        "Delivery",
        switch,
        "Keep colours that sRGB has not, and with them the original's profile. Otherwise all "
        "thumbnails are sRGB.",
    )
    source_cache_bytes: int = _option(
        64 * 1024**2,
        "Delivery",
        number(0, 64 * 1024**3, "bytes"),
        "How much of originals a process keeps in memory, so that several sizes asked for "
        "together read one once. An original takes a quarter of it at most.",
    )
    source_cache_seconds: float = _option(
        10.0,
        "Delivery",
        number(0, 600, "seconds", whole=False),
        "How long it keeps them there.",
    )
    thumbnail_sizes: tuple[str, ...] = _option(
        (),
        "Delivery",
        sizes,
        "The only sizes that thumbnails may ask for. Nothing: any within the limits.",
    )
    thumbnail_filters: tuple[str, ...] = _option(
        (),
        "Delivery",
        filters,
        "The only filters that thumbnails may use. Nothing: any of FILTERS.",
    )
    thumbnail_presets_only: bool = _option(
        False,
        "Delivery",
        switch,
        "Serve no thumbnail but those of presets (`/t/p:<name>/u/…`).",
    )
    derivatives: str = _option(
        "20000/hour",
        "Delivery",
        rate,
        "How many new thumbnails of one app are stored. Past it they are made after everybody "
        "else's, and not stored.",
    )
    source_max_pixels: int = _option(
        100_000_000,
        "Delivery",
        number(1, 2_000_000_000, "pixels"),
        "The most pixels, all frames together, of an original that is made into a thumbnail.",
    )
    source_max_frames: int = _option(
        500,
        "Delivery",
        number(1, 10_000, "frames"),
        "The most frames of an animation that is made into a thumbnail.",
    )
    auto_formats: tuple[str, ...] = _option(
        ("avif", "webp"),
        "Delivery",
        formats,
        "The formats that a thumbnail is made in where the client's Accept takes them.",
    )
    jpeg_encoder: str = _option(
        "libjpeg-turbo",
        "Delivery",
        jpeg_encoder,
        "What makes JPEGs. Those of jpegli take a third of the time and are 4 % smaller at the "
        "same quality, but are not progressive.",
    )
    webp_effort: int = _option(
        2,
        "Delivery",
        number(0, 6, "steps"),
        "How hard WebPs are tried to be made small. 4 takes twice as long as 2, for 2 % fewer "
        "bytes.",
    )
    avif_speed: int = _option(
        0,
        "Delivery",
        number(0, 10, "steps"),
        "How fast AVIFs are made: 6 takes three times as long as 8 for 1 % fewer bytes, 9 a "
        "quarter for 11 % more. 0: 8, and 9 above a megapixel.",
        thumbor=True,
    )
    png_compression_level: int = _option(
        4,
        "Delivery",
        number(0, 9, "steps"),
        "How hard PNGs are tried to be made small. 6 takes a third longer than 4, for 1 % fewer "
        "bytes.",
        thumbor=True,
    )
    png_palette: bool = _option(
        False,
        "Delivery",
        switch,
        "Give PNGs 256 colours at most: less than half the bytes, with some loss.",
    )
    client_hints: bool = _option(
        False,
        "Delivery",
        switch,
        "Heed the client hints Sec-CH-DPR and Sec-CH-Width (and DPR and Width): a thumbnail is "
        "made larger or smaller by them. The CDN must keep one answer for each.",
    )
    store_derivatives: bool = _option(
        True,
        "Delivery",
        switch,
        "Store thumbnails in the bucket under r/, so that they are made once.",
    )
    derivative_seconds: float = _option(
        2.0,
        "Delivery",
        number(0.05, 60, "seconds", whole=False),
        "Longest time to look for a stored thumbnail; past it, it is made.",
    )
    store_queue_bytes: int = _option(
        64 * 1024**2,
        "Delivery",
        number(1024**2, 64 * 1024**3, "bytes"),
        "How much of a process's thumbnails waits to be stored; what comes on top is not stored.",
    )
    memory_cache_bytes: int = _option(
        64 * 1024**2,
        "Delivery",
        number(0, 64 * 1024**3, "bytes"),
        "How much of recent thumbnails a process keeps in memory.",
    )
    memory_cache_seconds: float = _option(
        60.0,
        "Delivery",
        number(0, 60, "seconds", whole=False),
        "How long it keeps them there.",
    )
    render_lock_seconds: float = _option(
        30.0,
        "Delivery",
        number(1, 600, "seconds", whole=False),
        "With Redis: how long other processes wait for the one that makes the same thumbnail.",
    )
    remote_hosts: tuple[str, ...] = _option(
        (),
        "Delivery",
        hosts,
        "Hosts that watermarks and frames may come from. Nothing: only from the app's own folder.",
    )
    remote_max_bytes: int = _option(
        5 * 1024**2,
        "Delivery",
        number(1, 100 * 1024**2, "bytes"),
        "The largest image that is taken from such a host.",
    )
    remote_seconds: float = _option(
        5.0,
        "Delivery",
        number(0.1, 60, "seconds", whole=False),
        "Longest time to fetch one.",
    )
    remote_cache_bytes: int = _option(
        32 * 1024**2,
        "Delivery",
        number(0, 4 * 1024**3, "bytes"),
        "How much of them a process keeps in memory.",
    )
    remote_cache_seconds: float = _option(
        3600.0,
        "Delivery",
        number(0, 86400, "seconds", whole=False),
        "How long it keeps them there.",
    )
    remote_private: bool = _option(
        False,
        "Delivery",
        switch,
        "Fetch them from private addresses, any port and over http as well. For trying only.",
    )
    image_cors: bool = _option(
        True,
        "Delivery",
        switch,
        "Let scripts of any page read images (Access-Control-Allow-Origin), as canvases need.",
    )
    strip_location: bool = _option(
        False,
        "Delivery",
        switch,
        "Blank the place where a photograph was taken when its original is served.",
    )
    origin_secrets: tuple[str, ...] = _option(
        (),
        "Delivery",
        secrets,
        "What the CDN sends in X-Origin-Secret; requests without it are refused, health checks "
        "excepted. Nothing: anybody may ask.",
        secret=True,
    )
    # -- Server -----------------------------------------------------------------------------
    security_key: str = _option(
        THUMBOR_DEFAULT_KEY,
        "Server",
        text(
            "a text of at least 8 characters that is not Thumbor's default",
            rf"(?s)(?!{THUMBOR_DEFAULT_KEY}$).{{8,}}",
        ),
        "Thumbor's key for signed image URLs.",
        secret=True,
        thumbor=True,
        required=True,
        env="THUMBOR_SECURITY_KEY",
    )
    trusted_proxies: tuple[str, ...] = _option(
        (),
        "Server",
        networks,
        "Proxies whose X-Forwarded-For is believed.",
    )
    shutdown_seconds: float = _option(
        30.0,
        "Server",
        number(0, 600, "seconds", whole=False),
        "After SIGTERM, how long requests in flight may take to finish.",
    )
    client_write_seconds: float = _option(
        60.0,
        "Server",
        number(1, 3600, "seconds", whole=False),
        "How long a client may take for one chunk (64 KiB) of an original before it is dropped.",
    )
    client_bytes_per_second: int = _option(
        16384,
        "Server",
        number(1, 10**9, "bytes a second"),
        "A client that takes an original more slowly on the whole is dropped after "
        "CLIENT_WRITE_SECONDS and the time that this rate allows.",
    )
    ready_seconds: float = _option(
        2.0,
        "Server",
        number(0.1, 60, "seconds", whole=False),
        "How long /ready waits for the bucket.",
    )
    log_level: str = _option(
        "info",
        "Server",
        one_of("debug", "info", "warning", "error"),
        "Least severe log line that is written.",
    )
    sentry_dsn: str = _option(
        "",
        "Server",
        text("a Sentry DSN, or nothing", r"(https?://[^\s@/]+@[^\s@/]+/(\S*/)?\d+)?"),
        "Where unexpected errors are reported. Empty: nowhere.",
        secret=True,
    )
    demo_page: bool = _option(
        False,
        "Server",
        switch,
        "Serve a page at / on which anybody may upload to any app. For trying only.",
    )

    @classmethod
    def of(cls, config: Config) -> Self:
        """Check all options of a Thumbor config; the answer is kept for that config.

        Raises:
            ConfigurationError: with a line for each fault.
        """
        if config not in _CHECKED:
            _CHECKED[config] = cls(**_checked_values(config))
        return _CHECKED[config]  # type: ignore[return-value]


_CHECKED: WeakKeyDictionary[Config, Settings] = WeakKeyDictionary()


def option_name(option: Field[Any]) -> str:
    """The name in thumbor.conf; that in the environment may differ (metadata `env`)."""
    return option.name.upper()


def environment_name(option: Field[Any]) -> str:
    """The environment variable that sets this option."""
    return str(option.metadata.get("env", option_name(option)))


def _checked_values(config: Config) -> dict[str, Any]:
    values, faults = {}, []
    for option in fields(Settings):
        raw = getattr(config, option_name(option))
        kind: Kind = option.metadata["kind"]
        try:
            values[option.name] = kind.parse(raw)
        except (ValueError, TypeError, OverflowError):
            faults.append(
                f"{environment_name(option)}: got {_shown(option, raw)}, wants {kind.wants}"
            )
    if not values.get("api_keys") and not values.get("apps_file"):
        faults.append("API_KEYS, APPS_FILE: got neither, wants one of them")
    if faults:
        raise ConfigurationError(faults)
    return values


def _shown(option: Field[Any], raw: Any) -> str:
    if raw in ("", None):
        return "nothing"
    # An address may hold a password where none belongs.
    if option.metadata.get("secret") or "@" in str(raw):
        if raw == THUMBOR_DEFAULT_KEY:
            return "nothing, or Thumbor's default key"
        return f"a value of {len(str(raw))} characters (not shown)"
    return repr(raw)


for _field in fields(Settings):
    if not _field.metadata.get("thumbor"):
        Config.define(
            option_name(_field),
            _field.default,
            _field.metadata["help"],
            f"thumbor_renuo: {_field.metadata['group']}",
        )


def production(environ: Mapping[str, str]) -> dict[str, Any]:
    """What thumbor.conf sets.

    Our plug-ins, Thumbor's options that must not stay at their defaults, and each option that
    the environment names.

    Args:
        environ: normally os.environ. An empty variable counts as not set.
    """
    chosen = {
        "HANDLER_LISTS": ["thumbor_renuo.handlers"],
        "LOADER": "thumbor_renuo.loaders.s3_loader",
        "ENGINE": "thumbor_renuo.engines.vips",
        "STORAGE": "thumbor.storages.no_storage",
        "RESULT_STORAGE": "thumbor_renuo.result_storages.s3_storage",
        "URL_SIGNER": "thumbor_renuo.url_signer",
        "FILTERS": list(SAFE_FILTERS),
        # Thumbor's default serves unsigned URLs of any size to anybody.
        "ALLOW_UNSAFE_URL": False,
        # Thumbor's default of 32 asks the storage for half a key on each request.
        "MAX_ID_LENGTH": 0,
        "MAX_AGE": 2592000,
        "RESPECT_ORIENTATION": True,
        "AVIF_SPEED": 0,
        "PNG_COMPRESSION_LEVEL": 4,
        # With JPEG's number an AVIF would be the larger of the two.
        "AVIF_QUALITY": 65,
        # SOURCE_MAX_PIXELS, and an app's own limit, say how many an original may have.
        "MAX_PIXELS": None,
        "UPLOAD_ENABLED": False,
        "USE_BLACKLIST": False,
        "THUMBOR_LOG_CONFIG": json_logs(environ.get("LOG_LEVEL") or "info"),
    }
    for option in fields(Settings):
        value = environ.get(environment_name(option), "")
        if value:
            chosen[option_name(option)] = value
    return chosen


def markdown_table() -> str:
    """All options in Markdown, a table for each group."""
    lines: list[str] = []
    group = ""
    for option in fields(Settings):
        if option.metadata["group"] != group:
            group = option.metadata["group"]
            lines += [
                "",
                f"## {group}",
                "",
                "| option | default | accepts | meaning |",
                "| --- | --- | --- | --- |",
            ]
        default = "**required**" if option.metadata.get("required") else _written(option.default)
        kind: Kind = option.metadata["kind"]
        cells = [f"`{environment_name(option)}`", default, kind.wants, option.metadata["help"]]
        lines.append("| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |")
    return "\n".join(lines).strip()


def _written(default: Any) -> str:
    """A default as one would write it into the environment."""
    if default in ("", ()):
        return "none"
    if isinstance(default, tuple):
        return f"`{' '.join(default)}`"
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"
