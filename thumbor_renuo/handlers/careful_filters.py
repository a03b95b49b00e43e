"""Thumbor's filters, which fail with a message instead of a 500."""

from typing import Any

from thumbor.filters import FiltersFactory, FiltersRunner
from tornado.web import HTTPError

from thumbor_renuo.delivery.filter_cost import steps_of
from thumbor_renuo.errors import InvalidOptions, RenuoError


class CarefulFilters:
    """Thumbor's filters factory, whose filters say what is wrong."""

    def __init__(self, factory: FiltersFactory) -> None:
        self._factory = factory
        self.filter_classes_map = factory.filter_classes_map

    def create_instances(self, context: Any, filter_params: Any) -> "_CarefulRunner":
        """Make the filters of one request."""
        runner = self._factory.create_instances(context, filter_params)
        return _CarefulRunner(runner.filter_instances)


class _CarefulRunner(FiltersRunner):
    async def apply_filters(self, phase: str) -> None:
        filters = self.filter_instances.get(phase) or []
        while filters:
            running = filters.pop(0)
            name = running.runnable_method.filter_data["name"]
            if name == "round_corner":
                _check_corner(running)
            try:
                _count_steps(name, running)
                await _run_on_each_frame(running)
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


async def _run_on_each_frame(running: Any) -> None:
    """Thumbor would do so, but some of its filters then look at the first frame only."""
    whole = running.engine
    if not whole or not whole.is_multiple():
        await running.run()
        return
    modules = running.context.modules
    try:
        for frame in whole.frame_engines():
            running.engine = modules.engine = frame
            await running.run()
    finally:
        modules.engine = whole


def _count_steps(name: str, running: Any) -> None:
    engine, steps = running.engine, getattr(running.context, "filter_steps", None)
    if steps is None or not engine or (engine.image is None and not engine.is_multiple()):
        return  # there is no image yet
    width, height = engine.size
    frames = len(engine.multiple_engine.frame_engines) if engine.is_multiple() else 1
    steps.take(name, steps_of(name, running.params, width * height * frames))


def _check_corner(corner: Any) -> None:
    """Thumbor's C code writes past its memory where a corner is one pixel high."""
    radii = [int(part) for part in corner.params[0].split("|")]
    height = corner.engine.size[1]
    if radii[0] and min(radii[-1], height // 2) == 1:
        raise InvalidOptions(
            f"'round_corner' takes radii of 2 and more, and images of 4 and more pixels in height; "
            f"this one has {height}"
        )
