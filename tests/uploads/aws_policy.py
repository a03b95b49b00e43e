"""What AWS would say to an upload form: its rules of POST policies, without AWS.

Sources: "POST policy", "Calculating a signature" and "POST Object" in the Amazon S3 API reference.
Nothing of thumbor_renuo is used, so that both cannot be wrong together.
"""

import base64
import binascii
import hashlib
import hmac
import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

MAX_FORM_BYTES = 20_000
MAX_KEY_BYTES = 1024
SIGNATURE_LIFE = timedelta(days=7)
SKEW = timedelta(minutes=15)
UNCONDITIONED = {"file", "policy", "x-amz-signature"}
REQUIRED = ("key", "policy", "x-amz-algorithm", "x-amz-credential", "x-amz-date", "x-amz-signature")
FILE_FIELD = "file"
OPERATORS = {"eq": str.__eq__, "starts-with": str.startswith}


def refusals(
    fields: Mapping[str, str] | Iterable[tuple[str, str]],
    *,
    bucket: str,
    secret: str,
    region: str,
    now: datetime,
    size: int = 1,
    filename: str = "photo.jpg",
) -> list[str]:
    """Every reason to refuse a form; empty for one that is stored.

    Args:
        fields: of the form in their order, without `file`, which comes last.
        bucket: that the form is posted to.
        secret, region: of the key that should have signed.
        now: when it arrives.
        size, filename: of the file, in bytes and as the browser gives it.
    """
    given = list(fields.items() if isinstance(fields, Mapping) else fields)
    form, found = _read(given, bucket, filename)
    if found:
        return found
    try:
        policy = json.loads(base64.b64decode(form["policy"], validate=True))
        ends, conditions = _expiration(policy), list(policy["conditions"])
    except (binascii.Error, ValueError, KeyError, TypeError):
        return ["policy: malformed"]
    if set(policy) != {"expiration", "conditions"}:
        found.append("policy: unknown entries")
    if ends <= now:
        found.append("policy: expired")
    named: set[str] = set()
    for condition in conditions:
        found += _check(condition, form, size, named)
    found += [f"unnamed: {name}" for name in form if not _needs_no_name(name) and name not in named]
    if "bucket" not in named:
        found.append("unnamed: bucket")
    return found + _signature_faults(form, secret, region, now)


def stored_key(fields: Mapping[str, str], filename: str) -> str:
    """Under which key S3 stores the file."""
    return fields["key"].replace("${filename}", _base_name(filename))


def _base_name(filename: str) -> str:
    """What stands for `${filename}`: the part behind the last slash, of either kind."""
    return re.split(r"[/\\]", filename)[-1]


def _read(
    given: list[tuple[str, str]], bucket: str, filename: str
) -> tuple[dict[str, str], list[str]]:
    """The fields by lower-case name with `${filename}` put in, and what is wrong with them."""
    names = [name.lower() for name, _ in given]
    found = [f"double: {name}" for name in sorted(set(names)) if names.count(name) > 1]
    found += [f"missing: {name}" for name in REQUIRED if name not in names]
    found += ["not last: file"] if FILE_FIELD in names else []
    if sum(len(name.encode()) + len(value.encode()) for name, value in given) > MAX_FORM_BYTES:
        found.append("form: too large")
    base = _base_name(filename)
    form = {
        name.lower(): value if name.lower() == "policy" else value.replace("${filename}", base)
        for name, value in given
    }
    if not 1 <= len(form.get("key", "?").encode()) <= MAX_KEY_BYTES:
        found.append("key: length")
    if form.setdefault("bucket", bucket) != bucket:
        found.append("bucket: another")
    return form, found


def _needs_no_name(name: str) -> bool:
    return name in UNCONDITIONED or name == "bucket" or name.startswith("x-ignore-")


def _expiration(policy: Mapping[str, Any]) -> datetime:
    """ISO 8601 in UTC, with or without milliseconds."""
    text = str(policy["expiration"])
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z", text, re.ASCII):
        raise ValueError(text)
    return datetime.fromisoformat(text)


def _check(condition: Any, form: Mapping[str, str], size: int, named: set[str]) -> list[str]:
    """Hold the form against one condition, and note the field that it names."""
    if isinstance(condition, dict) and len(condition) == 1:
        ((name, wanted),) = condition.items()
        operator, name = "eq", f"${name}"
    elif isinstance(condition, list) and len(condition) == 3:
        operator, name, wanted = condition
    else:
        return ["policy: malformed condition"]
    if operator == "content-length-range":
        bounds = (name, wanted)
        if not all(type(bound) is int for bound in bounds) or not 0 <= name <= wanted:
            return ["policy: malformed range"]
        return [] if name <= size <= wanted else ["file: size"]
    if operator not in OPERATORS or not isinstance(wanted, str) or not str(name).startswith("$"):
        return ["policy: malformed condition"]
    field = name[1:].lower()
    named.add(field)
    meets = field in form and OPERATORS[operator](form[field], wanted)
    return [] if meets else [f"unmet: {field}"]


def _signature_faults(
    form: Mapping[str, str], secret: str, region: str, now: datetime
) -> list[str]:
    found = []
    _, _, scope = form["x-amz-credential"].partition("/")
    day = form["x-amz-date"][:8]
    if form["x-amz-algorithm"] != "AWS4-HMAC-SHA256":
        found.append("signature: algorithm")
    if scope != f"{day}/{region}/s3/aws4_request":
        found.append("signature: scope")
    try:
        signed = datetime.strptime(form["x-amz-date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return [*found, "signature: date"]
    if not now - SIGNATURE_LIFE <= signed <= now + SKEW:
        found.append("signature: date")
    key = f"AWS4{secret}".encode()
    for part in (day, region, "s3", "aws4_request", form["policy"]):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    if form["x-amz-signature"] != key.hex():
        found.append("signature: wrong")
    return found
