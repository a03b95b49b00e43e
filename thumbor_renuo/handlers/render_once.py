"""One render for all who want the same image: of this process, and with Redis of all of them."""

import time
from datetime import datetime
from typing import Any

from thumbor_renuo.delivery.derivative_store import Derivative
from thumbor_renuo.delivery.shared_render import Lead, Shared
from thumbor_renuo.handlers.render import Render
from thumbor_renuo.handlers.services import Made, Services
from thumbor_renuo.handlers.wanted import Validators, Wanted


async def render_once(
    services: Services,
    context: Any,
    wanted: Wanted,
    *,
    headers: Any,
    known: Validators | None = None,
) -> Made:
    """The image, made by whoever asked first.

    Args:
        context: Thumbor's, of the application.
        headers: those of the request.
        known: the image's state, where it was asked for: what was stored in another is made anew.

    Raises:
        RenuoError: what the one who made it was told.
    """

    async def make(publish: Any) -> None:
        began = time.monotonic()

        def keep(made: Made) -> None:
            size, age = len(made.derivative.data), time.monotonic() - began
            services.recent.put(wanted.name, made, size, group=str(wanted.key), age=age)
            publish(made)

        lead = await services.shared.lead(wanted.name)
        if isinstance(lead, Shared):
            made = await _made_elsewhere(services, wanted, lead)
            if made is not None and (known is None or made.derivative.etag == known.etag):
                keep(made)
                return
        render = Render(context, services, wanted, keep, headers=headers, known=known)
        if isinstance(lead, Shared):
            await render.run()
        else:
            await _lead(lead, render)

    return await services.flights.run(wanted.name, make)


async def _lead(lead: Lead, render: Render) -> None:
    async with lead:
        render.share = lambda made: lead.share(made.data, _facts(made))
        await render.run()
        await lead.stored()


async def _made_elsewhere(services: Services, wanted: Wanted, shared: Shared) -> Made | None:
    if shared.data is not None:
        return Made(_derivative(shared.data, shared.facts), "shared")
    if wanted.derivative is None:
        return None
    stored = await services.store.get(wanted.derivative)
    return Made(stored, "shared") if stored else None


def _facts(made: Derivative) -> dict[str, str]:
    return {
        "media_type": made.media_type,
        "etag": made.etag,
        "last_modified": made.last_modified.isoformat(),
        "cache_control": made.cache_control,
    }


def _derivative(data: bytes, facts: dict[str, str]) -> Derivative:
    modified = datetime.fromisoformat(facts["last_modified"])
    return Derivative(data, facts["media_type"], facts["etag"], modified, facts["cache_control"])
