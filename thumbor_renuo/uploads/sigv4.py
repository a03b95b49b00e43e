"""AWS Signature Version 4 for S3, as arithmetic: POST policies and presigned URLs, no network.

Source: "Authenticating Requests (AWS Signature Version 4)", Amazon S3 API reference. botocore
signs the same, an order of magnitude more slowly; a test holds both equal.
"""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import SplitResult, quote, urlsplit

ALGORITHM = "AWS4-HMAC-SHA256"
UNSIGNED = "UNSIGNED-PAYLOAD"
COMPACT = "%Y%m%dT%H%M%SZ"
DEFAULT_PORTS = {"http": ":80", "https": ":443"}


@dataclass(frozen=True)
class Credentials:
    """What signs, and for where."""

    access_key: str
    secret_key: str = field(repr=False)
    region: str


@dataclass(frozen=True)
class Stamp:
    """What all signatures of one second share.

    Attributes:
        date: as x-amz-date has it.
        scope: the credential scope of the day.
        credential: access key and scope.
        conditions: of a POST policy on the fields that hold these, as JSON without brackets.
        key: the day's signing key.
    """

    date: str
    scope: str
    credential: str
    conditions: str
    key: bytes = field(repr=False)

    def sign(self, text: str) -> str:
        """The signature of a text, in hex."""
        return hmac.digest(self.key, text.encode(), "sha256").hex()


@lru_cache(maxsize=8)
def stamp(credentials: Credentials, now: datetime) -> Stamp:
    """Everything that depends on the second and not on what is signed."""
    day = f"{now:%Y%m%d}"
    scope = f"{day}/{credentials.region}/s3/aws4_request"
    date, credential = now.strftime(COMPACT), f"{credentials.access_key}/{scope}"
    named = {
        "x-amz-algorithm": ALGORITHM,
        "x-amz-credential": credential,
        "x-amz-date": date,
    }
    return Stamp(
        date=date,
        scope=scope,
        credential=credential,
        conditions=as_conditions([{name: value} for name, value in named.items()]),
        key=_signing_key(credentials.secret_key, day, credentials.region),
    )


@lru_cache(maxsize=8)
def _signing_key(secret_key: str, day: str, region: str) -> bytes:
    key = ("AWS4" + secret_key).encode()
    for part in (day, region, "s3", "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key


@lru_cache(maxsize=64)
def _expiration(now: datetime, seconds: int) -> str:
    return f"{now + timedelta(seconds=seconds):%Y-%m-%dT%H:%M:%SZ}"


def signing_time() -> datetime:
    """Now, in UTC and whole seconds, as signatures have it."""
    return datetime.fromtimestamp(int(time.time()), UTC)


def as_conditions(conditions: Sequence[Any]) -> str:
    """Conditions of a policy as sign_post takes them: JSON without the brackets of the list."""
    return json.dumps(conditions)[1:-1]


def sign_post(
    credentials: Credentials, now: datetime, *, bucket: str, conditions: str, seconds: int
) -> dict[str, str]:
    """Sign a POST policy.

    Args:
        now: of signing_time().
        conditions: of as_conditions, beside those on the bucket and on the fields that are
            returned. They are texts because most are the same from one policy to the next.
        seconds: how long the policy may be used.

    Returns:
        the form's fields x-amz-algorithm, x-amz-credential, x-amz-date, policy, x-amz-signature.
    """
    moment = stamp(credentials, now)
    document = (
        f'{{"expiration": "{_expiration(now, seconds)}", "conditions": [{{"bucket": "{bucket}"}}, '
        f"{conditions}, {moment.conditions}]}}"
    )
    policy = base64.b64encode(document.encode()).decode()
    return {
        "x-amz-algorithm": ALGORITHM,
        "x-amz-credential": moment.credential,
        "x-amz-date": moment.date,
        "policy": policy,
        "x-amz-signature": moment.sign(policy),
    }


def presign_url(
    credentials: Credentials,
    now: datetime,
    method: str,
    url: str,
    *,
    seconds: int,
    query: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> str:
    """A URL that may be asked for once or often until it expires.

    Args:
        url: the object's address, its path percent-encoded already.
        seconds: how long; S3 takes 604,800 at most.
        query: parameters that belong to the request.
        headers: lower-case names; the client must send exactly these values.
    """
    moment, parts = stamp(credentials, now), urlsplit(url)
    signed_headers = {"host": _host(parts), **(headers or {})}
    names = ";".join(sorted(signed_headers))
    parameters = {
        **(query or {}),
        "X-Amz-Algorithm": ALGORITHM,
        "X-Amz-Credential": moment.credential,
        "X-Amz-Date": moment.date,
        "X-Amz-Expires": str(seconds),
        "X-Amz-SignedHeaders": names,
    }
    pairs = sorted((quote(name, safe=""), quote(parameters[name], safe="")) for name in parameters)
    encoded = "&".join(f"{name}={value}" for name, value in pairs)
    canonical = "\n".join(
        [
            method,
            parts.path,
            encoded,
            *(f"{name}:{_trimmed(signed_headers[name])}" for name in sorted(signed_headers)),
            "",
            names,
            UNSIGNED,
        ]
    )
    hashed = hashlib.sha256(canonical.encode()).hexdigest()
    text = f"{ALGORITHM}\n{moment.date}\n{moment.scope}\n{hashed}"
    return f"{url}?{encoded}&X-Amz-Signature={moment.sign(text)}"


def _host(parts: SplitResult) -> str:
    """As clients send it: in lower case, without the scheme's own port."""
    return parts.netloc.lower().removesuffix(DEFAULT_PORTS[parts.scheme])


def _trimmed(value: str) -> str:
    """A header's value with single blanks, as S3 signs it."""
    return " ".join(value.split())
