"""Thumbor's context of one render, made without what is the same for all of them."""

from typing import Any

from thumbor.config import Config
from thumbor.context import Context

from thumbor_renuo.handlers.render_pool import InlinePool

INLINE = InlinePool()


class RenderContext(Context):
    """Shares what Thumbor would make anew for each: its filters' regular expressions, above all.

    Args:
        whole: Thumbor's context of the application.
    """

    def __init__(self, whole: Any, handler: Any) -> None:
        # Not Context's own __init__: it takes as long as all the rest of a small render.
        self.server, self.config = whole.server, whole.config
        self.app_class = whole.app_class
        self.filters_factory = whole.filters_factory
        self.request_handler = handler
        self.thread_pool = INLINE
        self.headers: dict[str, str] = {}
        importer = whole.modules.importer
        self.modules: Any = Modules(self, importer)
        if importer.metrics:
            self.metrics = importer.metrics(whole.config)
            self.metrics.initialize(handler)
        else:
            self.metrics = whole.metrics


class Modules:
    """Thumbor's ContextImporter, whose parts are made when somebody asks for them."""

    made = frozenset({
        "engine", "gif_engine", "storage", "result_storage", "upload_photo_storage",
        "compatibility_legacy_storage", "compatibility_legacy_result_storage",
    })  # fmt: skip

    def __init__(self, context: Any, importer: Any) -> None:
        self.context, self.importer = context, importer

    def __getattr__(self, name: str) -> Any:
        value = getattr(self.importer, name)
        if name in self.made and value is not None:
            value = value(self.context)
        setattr(self, name, value)
        return value

    def cleanup(self) -> None:
        """Let the engine go."""
        engine = self.__dict__.get("engine")
        if engine:
            engine.cleanup()


class PlainConfig(Config):
    """Thumbor's config without the look at the environment that each option costs."""

    __getattribute__ = object.__getattribute__


def quicken(config: Any) -> None:
    """Make reading Thumbor's options as cheap as any attribute; they stay what they are.

    A render reads a hundred of them. Where Thumbor was told that the environment may change them
    at any time, it goes on looking there.
    """
    if type(config) is Config and not config._allow_environment_variables:  # noqa: SLF001
        for name, value in {**Config.class_defaults, **vars(config).get("defaults", {})}.items():
            config.__dict__.setdefault(name, value)
        config.__class__ = PlainConfig
