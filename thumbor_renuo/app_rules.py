"""What one app allows and wants: the fields of its record beside name and keys."""

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Self
from urllib.parse import urlsplit

from thumbor_renuo.config import ACLS, MAX_POST_BYTES, Kind, number, one_of, switch, text
from thumbor_renuo.image_rules import ImageRules

AT_ONCE, VERIFIED = "at once", "verified"
MAX_OBJECT_BYTES = 5 * 1024**4  # "Amazon S3 multipart upload limits", S3 user guide
MAX_ENTRIES = 100
TYPE_PATTERN = re.compile(r"[a-z0-9!#$&^_.+-]{1,64}/(\*|[a-z0-9!#$&^_.+-]{1,64})|\*/\*")
ORIGIN_PATTERN = re.compile(
    r"(https?)://(?:[a-z0-9._-]{1,253}|\[[0-9a-f:.]{2,45}\])(?::([1-9][0-9]{0,4}))?"
)
MAX_PORT = 65535
DEFAULT_PORTS = {"http": 80, "https": 443}
STORAGE_CLASSES = (
    "STANDARD", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER_IR",
)  # fmt: skip
MIN_SECRET_BYTES = 16


@dataclass(frozen=True)
class Webhook:
    """Where completed and refused uploads are announced, and the secret that signs it."""

    url: str = field(repr=False)
    secret: str = field(repr=False)


def _list_of(wants: str, is_good: Callable[[str], object]) -> Kind:
    def parse(raw: Any) -> tuple[str, ...]:
        if not isinstance(raw, list) or len(raw) > MAX_ENTRIES:
            raise ValueError
        if not raw or not all(isinstance(item, str) and is_good(item) for item in raw):
            raise ValueError
        return tuple(raw)

    return Kind(f"a list of {wants}", parse)


def _is_origin(origin: str) -> bool:
    """A scheme, host and port as a browser sends them in Origin (RFC 6454, 6.2)."""
    match = ORIGIN_PATTERN.fullmatch(origin)
    if not match:
        return False
    scheme, port = match.groups()
    # A browser leaves out the scheme's own port.
    return port is None or (int(port) <= MAX_PORT and int(port) != DEFAULT_PORTS[scheme])


def _table_of(wants: str, name: str, value: str) -> Kind:
    def parse(raw: Any) -> Mapping[str, str]:
        if not isinstance(raw, Mapping) or len(raw) > MAX_ENTRIES:
            raise ValueError
        for key, item in raw.items():
            if not re.fullmatch(name, key) or not isinstance(item, str):
                raise ValueError
            if not re.fullmatch(value, item):
                raise ValueError
        return dict(raw)

    return Kind(wants, parse)


def _parse_webhook(raw: Any) -> Webhook:
    if not isinstance(raw, Mapping) or set(raw) != {"url", "secret"}:
        raise ValueError
    url, secret = raw["url"], raw["secret"]
    if not isinstance(url, str) or not isinstance(secret, str):
        raise ValueError
    parts = urlsplit(url)
    if not re.fullmatch(r"https://[!-~]{1,2000}", url) or not parts.hostname:
        raise ValueError
    if "@" in parts.netloc or "#" in url or parts.port == 0:  # `port` itself raises ValueError
        raise ValueError
    try:
        random = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except binascii.Error as error:
        raise ValueError from error
    if not secret.startswith("whsec_") or len(random) < MIN_SECRET_BYTES:
        raise ValueError
    return Webhook(url, secret)


def _rule(default: Any, kind: Kind) -> Any:
    return field(default=default, metadata={"kind": kind})


WEBHOOK = Kind(
    '{ url = "https://…", secret = "whsec_<base64 of 16 bytes or more>" }', _parse_webhook
)
IMAGE = Kind("a table of the rules for images", ImageRules.from_record)
ORIGINS = _list_of('origins, "https://shop.example"', _is_origin)
CONTENT_TYPES = _list_of('media types, "image/*" or "application/pdf"', TYPE_PATTERN.fullmatch)
TEXTS = _table_of("a table of short texts", r"[A-Za-z0-9_-]{1,50}", r"(?s).{0,500}")
PRESETS = _table_of("a table of Thumbor options", r"[a-z0-9][a-z0-9-]{0,49}", r"[!-~]{1,500}")


@dataclass(frozen=True)
class Rules:
    """An app's rules, each with its default; None is what the deployment's options say.

    Attributes:
        origins: of pages that may sign and read answers; empty allows any.
        content_types: media types and `image/*` patterns; empty allows any.
        min_bytes, max_bytes: of one file.
        max_files: how many a page lets choose; it is only told.
        policy_seconds: how long a new-style signature may be used.
        old_clients: sign forms for a whole folder, whose files have any name, type and number.
        publish: AT_ONCE, or VERIFIED: reachable only after its content was checked.
        acl, storage_class, cache_control: of stored originals.
        active_svg: allow SVGs that can run scripts or fetch from elsewhere.
        scan: let the virus scanner look before anything is published.
        daily_uploads, daily_bytes: what may be signed in 24 hours.
        texts: what the app's pages say, handed to them as they are.
        presets: Thumbor options by name, for `/t/p:<name>/u/…`.
        image: what images may be and how they are served.
        private: images are served to who has a signed path only.
    """

    origins: tuple[str, ...] = _rule((), ORIGINS)
    content_types: tuple[str, ...] = _rule((), CONTENT_TYPES)
    min_bytes: int = _rule(0, number(0, MAX_OBJECT_BYTES, "bytes"))
    max_bytes: int | None = _rule(None, number(1, MAX_OBJECT_BYTES, "bytes"))
    max_files: int | None = _rule(None, number(1, 10_000, "files"))
    policy_seconds: int = _rule(900, number(60, 604_800, "seconds"))
    old_clients: bool = _rule(True, switch)
    publish: str = _rule(AT_ONCE, one_of(AT_ONCE, VERIFIED))
    acl: str | None = _rule(None, one_of(*ACLS))
    storage_class: str = _rule("", one_of(*STORAGE_CLASSES))
    cache_control: str = _rule(
        "public, max-age=31536000, immutable",
        text("a Cache-Control value", r"(?! )[A-Za-z0-9_ =,-]{1,200}(?<! )"),
    )
    active_svg: bool = _rule(False, switch)
    scan: bool = _rule(False, switch)
    daily_uploads: int | None = _rule(None, number(1, 10**9, "uploads"))
    daily_bytes: int | None = _rule(None, number(1, 10**18, "bytes"))
    texts: Mapping[str, str] = field(default_factory=dict, metadata={"kind": TEXTS})
    webhook: Webhook | None = _rule(None, WEBHOOK)  # noqa: RUF009 - a frozen value
    presets: Mapping[str, str] = field(default_factory=dict, metadata={"kind": PRESETS})
    image: ImageRules = _rule(ImageRules(), IMAGE)  # noqa: RUF009
    private: bool = _rule(False, switch)

    @property
    def is_verified(self) -> bool:
        """Whether an upload is published only after its check."""
        return self.publish == VERIFIED

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Self:
        """Check the rules of a record.

        Args:
            record: values by name, of RULES only.

        Raises:
            ValueError: names each faulty field and what it takes, and shows no value.
        """
        values, faults = {}, []
        for name, raw in record.items():
            try:
                values[name] = RULES[name].parse(raw)
            except (ValueError, TypeError, OverflowError):
                faults.append(f"{name}: wants {RULES[name].wants}")
        if faults:
            raise ValueError("; ".join(faults))
        rules = cls(**values)
        if rules.max_bytes is not None and rules.min_bytes > rules.max_bytes:
            raise ValueError("min_bytes: is over max_bytes")
        if rules.is_verified and (rules.max_bytes or 0) > MAX_POST_BYTES:
            # CopyObject takes no larger object.
            raise ValueError(f"max_bytes: wants {MAX_POST_BYTES} at most where publish is verified")
        return rules


RULES: dict[str, Kind] = {option.name: option.metadata["kind"] for option in fields(Rules)}
