"""thumbor_renuo.handlers.render_context: Thumbor's context of one render."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from thumbor.config import Config
from thumbor.context import Context, ContextImporter, ServerParameters
from thumbor.server import get_context, get_importer

from tests.conftest import make_config
from thumbor_renuo.handlers.render_context import Modules, PlainConfig, RenderContext, quicken


@pytest.fixture
def whole() -> Any:
    """The application's."""
    config = make_config()
    server = ServerParameters(0, "", None, None, "info", "thumbor.app.ThumborServiceApp")
    return get_context(server, config, get_importer(config))


def test_it_has_all_that_thumbors_own_has(whole: Any) -> None:
    """And of the same kinds; but the filters' expressions are those of the application."""
    stock = Context(whole.server, whole.config, whole.modules.importer)
    ours = RenderContext(whole, object())
    assert vars(stock).keys() <= vars(ours).keys()
    assert ours.filters_factory is whole.filters_factory
    assert type(ours.metrics) is type(stock.metrics)
    for name in vars(ContextImporter(stock, whole.modules.importer)).keys() - {"context"}:
        theirs, mine = getattr(stock.modules, name), getattr(ours.modules, name)
        assert type(theirs) is type(mine), name


def test_its_parts_are_made_once_and_only_when_asked_for(whole: Any) -> None:
    """Two renders share none of them."""
    context = RenderContext(whole, object())
    assert "engine" not in vars(context.modules)
    engine = context.modules.engine
    assert engine is context.modules.engine
    assert engine.context is context
    assert RenderContext(whole, object()).modules.engine is not engine
    with pytest.raises(AttributeError):
        _ = context.modules.unknown


def test_the_engine_is_let_go() -> None:
    """If there is one."""
    cleaned: list[str] = []
    engine = SimpleNamespace(cleanup=lambda: cleaned.append("engine"))
    importer = SimpleNamespace(engine=lambda _context: engine)
    modules = Modules(None, importer)
    modules.cleanup()
    assert not cleaned
    assert modules.engine is engine
    modules.cleanup()
    assert cleaned == ["engine"]


@pytest.fixture
def environment_counts() -> Iterator[None]:
    """Thumbor was told that the environment may change its options."""
    Config._allow_environment_variables = True
    yield
    Config._allow_environment_variables = False


def test_a_quick_config_says_the_same() -> None:
    """Given ones, defaults, aliases and unknown ones; a later change is seen."""
    plain, quick = Config(QUALITY=70), Config(QUALITY=70)
    quicken(quick)
    assert type(quick) is PlainConfig
    for name in Config.class_defaults:
        assert getattr(quick, name) == getattr(plain, name)
        assert quick.get(name) == plain.get(name)
        assert quick[name] == plain[name]
    assert not hasattr(quick, "NO_SUCH_OPTION")
    quick.QUALITY = 60
    assert quick.QUALITY == 60
    quicken(quick)
    assert quick.QUALITY == 60


@pytest.mark.usefixtures("environment_counts")
def test_where_the_environment_counts_it_goes_on_counting(monkeypatch: Any) -> None:
    """Such a config is left as it is."""
    config = Config(QUALITY=70)
    quicken(config)
    monkeypatch.setenv("QUALITY", "50")
    assert config.QUALITY == "50"
