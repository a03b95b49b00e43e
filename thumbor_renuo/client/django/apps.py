"""The Django app: checks its settings when Django checks all."""

from typing import Any

from django.apps import AppConfig  # type: ignore[import-untyped]
from django.core.checks import Error, register  # type: ignore[import-untyped]
from django.core.exceptions import ImproperlyConfigured  # type: ignore[import-untyped]

from thumbor_renuo.client.django.images import images


class RenuoConfig(AppConfig):
    """Brings `{% load renuo %}`."""

    name = "thumbor_renuo.client.django"
    label = "thumbor_renuo_client"
    verbose_name = "thumbor_renuo"

    def ready(self) -> None:
        """Take part in Django's checks."""
        register(check_settings)


def check_settings(**_given: Any) -> list[Error]:
    """One error if the settings make no image URLs."""
    try:
        images()
    except ImproperlyConfigured as error:
        return [Error(str(error), id="thumbor_renuo_client.E001")]
    return []
