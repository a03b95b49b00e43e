"""A request's parameters, from its query string and its body."""

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from tornado.httputil import HTTPFile, HTTPInputError, HTTPServerRequest, parse_body_arguments

from thumbor_renuo.errors import BadRequest

FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
HALF_OF_A_PAIR = re.compile("[\ud800-\udfff]")  # JSON can hold it, UTF-8 cannot


def read_parameters(request: HTTPServerRequest, body: bytes) -> dict[str, Any]:
    """All parameters; the body's win over the query's, and empty ones do not count.

    Args:
        body: a form, or a JSON object; a body of any other type holds no parameters.

    Raises:
        BadRequest: the body says that it is JSON and is no JSON object.
    """
    found = read_query(request)
    kind, mark, rest = request.headers.get("Content-Type", "").partition(";")
    kind = kind.strip().lower()
    if kind == "application/json":
        given = read_json(body)
        if not isinstance(given, dict):
            raise BadRequest("the body is no JSON object")
        return found | {name: value for name, value in given.items() if value not in ("", None)}
    if kind in FORMS:
        arguments: dict[str, list[bytes]] = {}
        files: dict[str, list[HTTPFile]] = {}
        with suppress(HTTPInputError):  # a broken form holds no parameters
            parse_body_arguments(kind + mark + rest, body, arguments, files)
        found |= _last(arguments)
    return found


def read_query(request: HTTPServerRequest) -> dict[str, Any]:
    """The parameters of the query string."""
    return _last(request.query_arguments)


def read_json(body: bytes) -> Any:
    """Parse a body.

    Raises:
        BadRequest: it is no JSON.
    """
    try:
        return json.loads(body)
    except (ValueError, RecursionError):  # of the syntax, of UTF-8, of huge numbers, of nesting
        raise BadRequest("the body is no JSON") from None


def text_of(parameters: Mapping[str, Any], name: str) -> str:
    """A parameter as text; empty if it is missing.

    Raises:
        BadRequest: it is something else, from JSON.
    """
    value = parameters.get(name, "")
    if not is_text(value):
        raise BadRequest(f"the parameter {name} is no text")
    return str(value)


def is_text(value: Any) -> bool:
    """Whether a JSON value is a text that UTF-8 can hold."""
    return isinstance(value, str) and not HALF_OF_A_PAIR.search(value)


def _last(arguments: Mapping[str, list[bytes]]) -> dict[str, Any]:
    given = {name: next(filter(None, reversed(values)), b"") for name, values in arguments.items()}
    return {name: value.decode("utf-8", "replace") for name, value in given.items() if value}
