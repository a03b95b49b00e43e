"""Thumbor's filters, which fail with a message instead of a 500, on the loop or in a thread."""

import asyncio
from typing import Any

from thumbor.filters import FiltersFactory, FiltersRunner
from tornado.web import HTTPError

from thumbor_renuo.delivery.filter_cost import steps_of
from thumbor_renuo.errors import InvalidOptions, RenuoError
from thumbor_renuo.handlers.driving import drive_on, is_in_thread, may_wait


class CarefulFilters:
    """Thumbor's filters factory, whose filters say what is wrong."""

    def __init__(self, factory: FiltersFactory) -> None:
        self._factory = factory
        self.filter_classes_map = factory.filter_classes_map

    def create_instances(self, context: Any, filter_params: Any) -> "_CarefulRunner":
        """Make the filters of one request; on the loop."""
        runner = self._factory.create_instances(context, filter_params)
        return _CarefulRunner(runner.filter_instances)


class _CarefulRunner(FiltersRunner):
    def __init__(self, filter_instances: Any) -> None:
        super().__init__(filter_instances)
        self._loop = asyncio.get_running_loop()

    async def apply_filters(self, phase: str) -> None:
        filters = self.filter_instances.get(phase) or []
        while filters:
            running = filters.pop(0)
            name = running.runnable_method.filter_data["name"]
            try:
                _count_steps(name, running)
                await self._run_on_each_frame(running)
            except RenuoError:
                raise
            except HTTPError as error:
                # Thumbor makes it of whatever happens to a watermark.
                if isinstance(error.__context__, RenuoError):
                    raise error.__context__ from None
                raise InvalidOptions(f"an image that {name!r} names cannot be had") from error
            except Exception as error:
                raise InvalidOptions(
                    f"the filter {name!r} cannot be applied with these arguments to this image"
                ) from error

    async def _run_on_each_frame(self, running: Any) -> None:
        """Thumbor would do so, but some of its filters then look at the first frame only."""
        whole = running.engine
        if not whole or not whole.is_multiple():
            await self._run(running)
            return
        modules = running.context.modules
        try:
            for frame in whole.frame_engines():
                running.engine = modules.engine = frame
                await self._run(running)
        finally:
            modules.engine = whole

    async def _run(self, running: Any) -> None:
        """Somebody else's filter may wait for the network, which a thread cannot."""
        if is_in_thread() and may_wait(type(running)):
            drive_on(self._loop, running.run())
        else:
            await running.run()


def _count_steps(name: str, running: Any) -> None:
    engine, steps = running.engine, getattr(running.context, "filter_steps", None)
    if steps is None or not engine or (engine.image is None and not engine.is_multiple()):
        return  # there is no image yet
    width, height = engine.size
    frames = len(engine.multiple_engine.frame_engines) if engine.is_multiple() else 1
    steps.take(name, steps_of(name, running.params, width * height * frames))
