"""GET /openapi.json, and that the document says what is so."""

import json
import re
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator
from tornado.routing import PathMatches
from tornado.web import Application, RequestHandler

from tests.conftest import make_config
from tests.handlers.conftest import Fetch
from thumbor_renuo import __version__, app_rules, config
from thumbor_renuo.errors import ContentRefused, RenuoError
from thumbor_renuo.handlers import completion, files
from thumbor_renuo.handlers.base import NotFoundHandler, PublicHandler
from thumbor_renuo.handlers.openapi import DOCUMENT
from thumbor_renuo.s3 import multipart_upload, object_key, objects
from thumbor_renuo.uploads import multipart, seal, upload_request
from thumbor_renuo.worker import application

SPEC: dict[str, Any] = json.loads(DOCUMENT.read_bytes())
SCHEMAS = SPEC["components"]["schemas"]
METHODS = ("get", "head", "post", "put", "patch", "delete")
# Never told to a client: it stops the start.
UNTOLD = {"configuration_error"}


# -- served ---------------------------------------------------------------------------------------


async def test_the_document_is_served(fetch: Fetch) -> None:
    """As JSON, for any origin's scripts, to be kept for a little."""
    response = await fetch("/openapi.json", headers={"Origin": "https://docs.example"})
    assert response.code == 200
    assert json.loads(response.body) == SPEC
    assert response.headers["Content-Type"] == "application/json; charset=utf-8"
    assert response.headers["Cache-Control"] == "public, max-age=300"
    assert response.headers["Access-Control-Allow-Origin"] == "https://docs.example"


async def test_a_known_document_is_not_sent_again(fetch: Fetch) -> None:
    """HEAD has the same headers, and the ETag saves the bytes."""
    head = await fetch("/openapi.json", "HEAD")
    assert (head.code, head.body) == (200, b"")
    assert int(head.headers["Content-Length"]) == DOCUMENT.stat().st_size
    again = await fetch("/openapi.json", headers={"If-None-Match": head.headers["ETag"]})
    assert (again.code, again.body) == (304, b"")
    other = await fetch("/openapi.json", headers={"If-None-Match": '"other"'})
    assert other.code == 200


# -- sound ----------------------------------------------------------------------------------------


def test_it_is_openapi_3_1() -> None:
    """As the specification's own schema says, of this version."""
    OpenAPIV31SpecValidator(SPEC).validate()
    assert SPEC["openapi"].startswith("3.1.")
    assert SPEC["info"]["version"] == __version__


def nodes(value: Any, *path: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every object and list in the document, with where it stands."""
    yield path, value
    if isinstance(value, dict):
        for name, item in value.items():
            yield from nodes(item, *path, name)
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from nodes(item, *path, str(number))


def test_each_component_is_used() -> None:
    """Nothing is described that no endpoint has."""
    used = {node["$ref"] for _, node in nodes(SPEC) if isinstance(node, dict) and "$ref" in node}
    defined = {
        f"#/components/{kind}/{name}"
        for kind, named in SPEC["components"].items()
        if kind != "securitySchemes"
        for name in named
    }
    assert used == defined
    required = {
        name for _, operation in operations() for one in operation["security"] for name in one
    }
    assert required == set(SPEC["components"]["securitySchemes"])


def examples() -> Iterator[Any]:
    """Each example beside its schema."""
    for path, node in nodes(SPEC):
        if not isinstance(node, dict) or "schema" not in node:
            continue
        where = "/".join(path)
        if "example" in node:
            yield pytest.param(node["schema"], node["example"], id=where)
        for name, example in node.get("examples", {}).items():
            yield pytest.param(node["schema"], example["value"], id=f"{where}/{name}")


@pytest.mark.parametrize(("schema", "example"), list(examples()))
def test_each_example_is_one(schema: dict[str, Any], example: Any) -> None:
    """What a reader copies conforms to what the document says."""
    jsonschema.Draft202012Validator({**schema, "components": SPEC["components"]}).validate(example)


def test_examples_are_checked() -> None:
    """The test before finds them."""
    assert len(list(examples())) > 30


# -- complete -------------------------------------------------------------------------------------


def operations() -> Iterator[tuple[str, dict[str, Any]]]:
    for path, item in SPEC["paths"].items():
        for method in METHODS:
            if method in item:
                yield f"{method} {path}", item[method]


def routes() -> list[tuple[PathMatches, type[RequestHandler]]]:
    """The routes of ours as a production set-up has them, first match first."""
    app: Application = application(make_config())
    rules = app.wildcard_router.rules
    ours = [
        (rule.matcher, rule.target)
        for rule in rules
        if isinstance(rule.target, type) and issubclass(rule.target, PublicHandler)
    ]
    return ours[: [target for _, target in ours].index(NotFoundHandler)]


def resolved(node: dict[str, Any]) -> dict[str, Any]:
    """A parameter that may stand among the components."""
    name = node.get("$ref", "").rpartition("/")[2]
    return SPEC["components"]["parameters"][name] if name else node


def filled(path: str) -> str:
    """The path with the examples of its parameters."""
    values = {
        found["name"]: str(found["example"])
        for found in map(resolved, SPEC["paths"][path].get("parameters", ()))
    }
    return re.sub(r"\{(\w+)\}", lambda found: values[found[1]], path)


def methods_of(handler: type[RequestHandler]) -> set[str]:
    """The methods that a handler answers, but for those that all of them do."""
    return {name for name in METHODS if getattr(handler, name) is not getattr(RequestHandler, name)}


def test_document_and_routes_are_of_one_mind() -> None:
    """Each route is described with all its methods, and nothing that there is not."""
    left = routes()
    assert len(left) > 20
    for path, item in SPEC["paths"].items():
        taken = [rule for rule in routes() if rule[0].regex.fullmatch(filled(path))]
        assert taken, f"no route takes {path}"
        handler = taken[0][1]
        assert methods_of(handler) == set(item) & set(METHODS), path
        left = [rule for rule in left if rule[1] is not handler]
    assert left == []


def test_every_error_has_its_code() -> None:
    """A client may rely on the list of codes."""
    kinds, found = [RenuoError], set()
    while kinds:
        kind = kinds.pop()
        kinds += kind.__subclasses__()
        found.add(kind.code)
    assert set(SCHEMAS["Error"]["properties"]["error"]["enum"]) == found - UNTOLD
    refusals = {kind.code for kind in (ContentRefused, *ContentRefused.__subclasses__())}
    told = SCHEMAS["UploadRefused"]["properties"]["data"]["properties"]["error"]["enum"]
    assert set(told) == refusals


def parameter(path: str, method: str, name: str) -> dict[str, Any]:
    """The schema of a parameter in the query."""
    found = SPEC["paths"][path][method]["parameters"]
    return next(one["schema"] for one in found if one.get("name") == name)


def test_bounds_are_those_of_the_code() -> None:
    """A number that the code changes must change here."""
    upload = SCHEMAS["UploadRequest"]["properties"]
    delete = SCHEMAS["DeleteRequest"]["properties"]
    complete = SCHEMAS["CompletionRequest"]["properties"]
    parts = SCHEMAS["UppyCompleteRequest"]["properties"]["parts"]
    batch = "/uppy/{api_key}/s3/multipart/{upload_id}/batch"
    urls = SPEC["paths"][batch]["get"]["responses"]["200"]["content"]["application/json"]
    assert upload["filename"]["maxLength"] == upload_request.MAX_NAME
    assert upload["content_type"]["maxLength"] == upload_request.MAX_NAME
    assert complete["key"]["maxLength"] == completion.MAX_KEY == object_key.MAX_KEY_BYTES
    assert complete["token"]["maxLength"] == seal.MAX_CHARACTERS
    assert delete["file_paths"]["maxItems"] == files.MAX_PATHS
    assert parts["maxItems"] == multipart_upload.MAX_PARTS
    assert parameter("/list_files", "get", "limit")["maximum"] == objects.PAGE
    assert parameter("/files/{key}", "get", "expires_in")["maximum"] == files.MAX_URL_SECONDS
    assert f"{{0,{multipart.MAX_BATCH - 1}}}" in parameter(batch, "get", "partNumbers")["pattern"]
    urls = urls["schema"]["properties"]["presignedUrls"]
    assert urls["maxProperties"] == multipart.MAX_BATCH
    assert SCHEMAS["AppInfo"]["properties"]["publish"]["enum"] == [
        app_rules.AT_ONCE, app_rules.VERIFIED,
    ]  # fmt: skip
    assert upload["size"]["maximum"] > config.MAX_POST_BYTES
