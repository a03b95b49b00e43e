"""Imports point down only, and services know neither Tornado nor Thumbor."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "thumbor_renuo"
# From the top down. What stands in one line may not import each other.
LAYERS = (
    {"start"},
    {"cli"},
    {"demo", "keys_command", "sign_command"},
    {"server", "key_file"},
    {"worker"},
    {"handlers", "url_signer", "local_s3", "listening"},
    {"loaders", "engines", "filters", "result_storages"},
    {"error_reports", "background"},
    {"uploads", "delivery"},
    {"imaging", "s3", "apps", "public_session", "rate_limit", "once"},
    {"app_rules", "redis_pool", "public_address"},
    {"image_rules"},
    {"config"},
    {"errors", "logs", "machine"},
    {"client"},
)
RANK = {name: rank for rank, names in enumerate(LAYERS) for name in names}
SERVICES = {"uploads", "delivery", "imaging"}
FRAMEWORKS = {"tornado", "thumbor"}


def modules() -> Iterator[tuple[str, Path]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        part = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        if part != "__init__":
            yield part, path


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def faults(part: str, name: str) -> str | None:
    """What is wrong with an import, if anything."""
    top, *rest = name.split(".")
    if part in SERVICES and top in FRAMEWORKS:
        return f"a service imports {name}"
    if top != "thumbor_renuo" or rest[0] == "__version__" or rest[0] == part:
        return None
    if RANK[rest[0]] <= RANK[part]:
        return f"{part} imports {name}, which is not below it"
    return None


@pytest.mark.parametrize(("part", "path"), list(modules()), ids=lambda value: str(value)[-40:])
def test_imports_point_down(part: str, path: Path) -> None:
    """A module imports only what lies below it."""
    assert [fault for name in imports(path) if (fault := faults(part, name))] == []


def test_the_rule_finds_what_it_forbids() -> None:
    """An import upwards, sideways, or of a framework by a service is a fault."""
    assert faults("s3", "thumbor_renuo.handlers.base")
    assert faults("uploads", "thumbor_renuo.delivery.limits")
    assert faults("delivery", "tornado.web")
    assert not faults("handlers", "thumbor_renuo.s3.client")


def test_there_is_no_drawer_for_everything() -> None:
    """Nothing is called utils, helpers or common."""
    names = {path.stem for _, path in modules()} | {part for part, _ in modules()}
    assert not names & {"utils", "util", "helpers", "common", "misc"}
