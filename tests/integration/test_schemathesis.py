"""The running service against its own document: no answer that the document does not know."""

import copy
import json
import re
from collections.abc import Iterator, MutableMapping
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.integration.conftest import PATIENCE
from tests.integration.seeded import PRIVATE, Seed, Seeded, seeded
from thumbor_renuo.handlers.openapi import DOCUMENT
from thumbor_renuo.local_s3 import LocalS3

pytestmark = pytest.mark.integration

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


def strict() -> dict[str, Any]:
    """The document with answers that have no field but those that it describes."""
    document: dict[str, Any] = copy.deepcopy(json.loads(DOCUMENT.read_bytes()))
    for name, schema in document["components"]["schemas"].items():
        if "properties" in schema and not name.endswith("Request"):
            schema["additionalProperties"] = False
    return document


OPERATIONS = [found.ok() for found in schemathesis.openapi.from_dict(strict()).get_all_operations()]
# Without parameters there is one request only.
OPEN = [
    operation for operation in OPERATIONS if list(operation.iter_parameters()) or operation.body
]
KEYS = ("api_key", "private_api_key", "Authorization")
EXAMPLES = 25
LONG_EXAMPLES = 20_000 // len(OPEN) + 1


@pytest.fixture(scope="module")
def service(local_s3: LocalS3, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seeded]:
    """A service full of uploads."""
    with seeded(tmp_path_factory.mktemp("schemathesis"), local_s3) as running:
        yield running


@st.composite
def cases(draw: st.DrawFn, operation: Any, seeds: list[Seed]) -> Any:
    """Requests as schemathesis makes them, good and bad, most of them with values that count.

    A seed is drawn as a whole; one of its values may stay as schemathesis has it.
    """
    modes = [GenerationMode.POSITIVE]
    if operation in OPEN:
        modes.append(GenerationMode.NEGATIVE)
    case = draw(st.sampled_from(modes).flatmap(operation.as_strategy))
    is_private = operation.definition.raw["operationId"] in PRIVATE
    # Without the private key the answer comes a second later, always the same.
    plain = 1 if is_private else 8
    if not seeds or draw(st.sampled_from([False] * (50 - plain) + [True] * plain)):
        return case
    seed = draw(st.sampled_from(seeds))
    spared = draw(st.sampled_from(["", "", "", *seed.path, *seed.query, *seed.body]))
    if is_private and "api_key" in spared:
        spared = ""
    _sow(case, seed, spared)
    return case


def _sow(case: Any, seed: Seed, spared: str) -> None:
    for name in KEYS if {*KEYS} & {*seed.query, *seed.headers} else ():
        for values in (case.query, case.headers, case.body):
            if isinstance(values, MutableMapping):
                values.pop(name, None)
    for values, target in ((seed.path, case.path_parameters), (seed.query, case.query)):
        if values and isinstance(target, dict):
            target.update({name: value for name, value in values.items() if name != spared})
    case.headers.update(seed.headers)
    if seed.body and spared not in seed.body and not isinstance(case.body, dict):
        case.body, case.media_type = dict(seed.body), "application/json"
    elif seed.body and isinstance(case.body, dict):
        case.body = {**case.body, **{k: v for k, v in seed.body.items() if k != spared}}


def explore(operation: Any, service: Seeded, examples: int) -> None:
    """Send so many requests, and hold each answer against the document."""
    seeds = service.seeds(operation.definition.raw["operationId"])
    sent = 0

    @settings(
        max_examples=examples,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink],
    )
    @given(cases(operation, seeds))
    def run(case: Any) -> None:
        nonlocal sent
        sent += 1
        case.call_and_validate(base_url=service.url, checks=CHECKS, timeout=PATIENCE)

    run()
    assert operation not in OPEN or sent >= examples


@pytest.mark.parametrize("operation", OPEN, ids=lambda found: found.label)
def test_seeds_lead_deep(operation: Any, service: Seeded) -> None:
    """Without them, most requests would end at an unknown key: one of each is a success."""
    seeds = service.seeds(operation.definition.raw["operationId"]) or [Seed()]
    codes = []
    for seed in seeds:
        missing = dict.fromkeys(re.findall(r"\{(\w+)\}", operation.path), "x")
        case = operation.Case(path_parameters={**missing, **seed.path})
        _sow(case, seed, "")
        answer = case.call_and_validate(base_url=service.url, checks=CHECKS, timeout=PATIENCE)
        codes.append(answer.status_code)
    assert {200, 204} & {*codes}, codes


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda found: found.label)
def test_answers_are_those_of_the_document(operation: Any, service: Seeded) -> None:
    """Status, type, headers and body; and nothing is a server's error."""
    explore(operation, service, EXAMPLES)


@pytest.mark.long
@pytest.mark.parametrize("operation", OPEN, ids=lambda found: found.label)
def test_20000_answers_are_those_of_the_document(operation: Any, service: Seeded) -> None:
    """The same with 20,000 requests."""
    explore(operation, service, LONG_EXAMPLES)
