"""Images that filters name beside the one they are applied to."""

from typing import Any

from thumbor.loaders import LoaderResult

from thumbor_renuo.errors import InvalidOptions
from thumbor_renuo.imaging.source import DecodeOptions, Source


async def load_further(context: Any, name: str, url: str) -> Source:
    """Load such an image, and read its header; its pixels are not decoded yet.

    It waits for the loader and for nothing else, so that it never waits where that has it already.

    Args:
        name: the filter's, for messages.
        url: as it stands in the filter.

    Raises:
        InvalidOptions: it may not come from there, or cannot be had.
        UnreadableImage, TooLarge: it is no picture.
    """
    loader = context.modules.loader
    if hasattr(loader, "validate") and not loader.validate(context, url):
        raise InvalidOptions(f"an image that {name!r} names may not come from there")
    result = await loader.load(context, url)
    if isinstance(result, LoaderResult):
        if not result.successful:
            raise InvalidOptions(f"an image that {name!r} names cannot be had")
        result = result.buffer
    return Source.of(bytes(result), DecodeOptions(first_frame=True))
