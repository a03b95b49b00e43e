"""thumbor_renuo.client.django: image URLs in Django templates."""

import time
from collections.abc import Iterator
from typing import Any

import django
import pytest
from django.conf import settings
from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.template import Context, Template
from django.test.utils import override_settings
from django.utils.safestring import mark_safe

from tests.client.conftest import APP, FILE_PATH, KEY, PRIVATE_KEY
from tests.client.test_image_signature import SHOP
from thumbor_renuo.delivery import path_signature
from thumbor_renuo.s3.object_key import ObjectKey

CDN = "https://cdn.example.com"
HOSTILE = f"o/{APP}/ab12/\"><script>alert('&')</script>, 2x.jpg"


@pytest.fixture(scope="module", autouse=True)
def project() -> None:
    """A Django project with nothing but the app."""
    settings.configure(
        INSTALLED_APPS=["thumbor_renuo.client.django"],
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
    )
    django.setup()


@pytest.fixture(autouse=True)
def host() -> Iterator[None]:
    """The CDN's host, and no app."""
    with override_settings(RENUO_CDN_HOST="cdn.example.com"):
        yield


def render(template: str, **given: Any) -> str:
    """A template's text."""
    return Template("{% load renuo %}" + template).render(Context(given))


@pytest.mark.parametrize("escaping", ["on", "off"])
@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ('image_url key "300x300" format="webp"', f"{CDN}/t/300x300/filters:format(webp)/u/{KEY}"),
        ('image_url key filters="quality(80)"', f"{CDN}/t/filters:quality(80)/u/{KEY}"),
        ("image_url key", f"{CDN}/t/u/{KEY}"),
        ('image_preset key "card"', f"{CDN}/t/p:card/u/{KEY}"),
        ("image_original key", f"{CDN}/{KEY}"),
        (
            "image_srcset key 320 640",
            f"{CDN}/t/320x0/u/{KEY} 320w, {CDN}/t/640x0/u/{KEY} 640w",
        ),
        (
            'image_srcset key 320 options="smart" format="webp"',
            f"{CDN}/t/320x0/smart/filters:format(webp)/u/{KEY} 320w",
        ),
        (
            'image_srcset key densities="1, 1.5" options="30x20"',
            f"{CDN}/t/30x20/u/{KEY} 1x, {CDN}/t/45x30/u/{KEY} 1.5x",
        ),
        (
            'image_srcset key densities=both options="30x20"',
            f"{CDN}/t/30x20/u/{KEY} 1x, {CDN}/t/60x40/u/{KEY} 2x",
        ),
        ('image_srcset key densities=2 options="30x20"', f"{CDN}/t/60x40/u/{KEY} 2x"),
    ],
)
def test_a_template_has_the_urls(escaping: str, tag: str, expected: str) -> None:
    """The same whether or not the template escapes."""
    template = "{% autoescape " + escaping + " %}{% " + tag + " %}{% endautoescape %}"
    assert render(template, key=KEY, both=[1, 2]) == expected


@pytest.mark.parametrize("escaping", ["on", "off"])
@pytest.mark.parametrize("kind", [str, mark_safe])
def test_a_hostile_key_stays_within_its_attribute(escaping: str, kind: Any) -> None:
    """Nothing of it is markup, and it is encoded once."""
    for tag in ("image_url key '9x9'", "image_srcset key 320", "image_original key"):
        text = render(
            "{% autoescape " + escaping + " %}{% " + tag + " %}{% endautoescape %}",
            key=kind(HOSTILE),
        )
        assert not set(text) & set("\"'<>&")
        assert "ab12/%22%3E%3Cscript%3Ealert%28%27%26%27%29%3C/script%3E%2C%202x.jpg" in text


@pytest.mark.parametrize("escaping", ["on", "off"])
@pytest.mark.parametrize(
    ("tag", "scope", "tails"),
    [
        ('signed_image_url key "9x9" expires_in=60', "t", [f"/t/9x9/u/{KEY}"]),
        ("signed_image_url key original=True", "o", [f"/{KEY}"]),
        (
            'signed_image_srcset key 320 640 options="smart"',
            "w320-640",
            [f"/t/320x0/smart/u/{KEY} 320w", f"/t/640x0/smart/u/{KEY} 640w"],
        ),
    ],
)
def test_a_template_signs(escaping: str, tag: str, scope: str, tails: list[str]) -> None:
    """With the private key of the settings; the service takes the token."""
    template = "{% autoescape " + escaping + " %}{% " + tag + " %}{% endautoescape %}"
    with override_settings(RENUO_PRIVATE_KEY=PRIVATE_KEY):
        parts = render(template, key=KEY).split(", ")
    for part, tail in zip(parts, tails, strict=True):
        assert part.startswith(f"{CDN}/s/")
        assert part.endswith(tail)
        token = part.split("/")[4]
        assert token.split(".")[2] == scope
        asked: Any = {"wants": "original" if scope == "o" else "thumbnail", "width": "640"}
        assert path_signature.verify(SHOP, token, ObjectKey.parse(KEY), **asked, now=time.time())


def test_a_template_does_not_sign_without_a_private_key() -> None:
    """The error says what is missing."""
    with pytest.raises(ValueError, match="private_key="):
        render("{% signed_image_url key %}", key=KEY)


def test_a_url_may_be_kept_in_a_variable() -> None:
    """As with every simple tag."""
    text = render('{% image_url key "9x9" as url %}<img src="{{ url }}">', key=KEY)
    assert text == f'<img src="{CDN}/t/9x9/u/{KEY}">'


def test_the_app_allows_file_paths() -> None:
    """RENUO_APP says in whose folder they lie."""
    with override_settings(RENUO_APP=APP):
        assert render("{% image_original path %}", path=FILE_PATH) == f"{CDN}/{KEY}"
    with pytest.raises(ValueError, match="which app"):
        render("{% image_original path %}", path=FILE_PATH)


@pytest.mark.parametrize("key", [None, "", 7])
def test_a_missing_key_is_an_error(key: object) -> None:
    """An image that is not there is for the template to leave out."""
    with pytest.raises(ValueError, match="the key"):
        render("{% image_url key %}", key=key)


@pytest.mark.parametrize("words", ["one two", "1,,x"])
def test_densities_that_are_no_numbers_are_an_error(words: str) -> None:
    """They are not left out."""
    with pytest.raises(ValueError, match="could not convert"):
        render("{% image_srcset key densities=words options='3x2' %}", key=KEY, words=words)


@pytest.mark.parametrize(
    "wrong",
    [
        {"RENUO_CDN_HOST": None},
        {"RENUO_CDN_HOST": "a b"},
        {"RENUO_CDN_HOST": ["cdn"]},
        {"RENUO_APP": "a/b"},
        {"RENUO_PRIVATE_KEY": "a b"},
    ],
)
def test_wrong_settings_are_found(wrong: dict[str, Any]) -> None:
    """By Django's checks before anything is served, and by each tag."""
    with override_settings(**wrong):
        found = checks.run_checks()
        assert [error.id for error in found] == ["thumbor_renuo_client.E001"]
        assert "RENUO_CDN_HOST" in found[0].msg
        assert wrong.get("RENUO_PRIVATE_KEY", "no key") not in found[0].msg
        with pytest.raises(ImproperlyConfigured, match="RENUO_CDN_HOST"):
            render("{% image_url key %}", key=KEY)


def test_a_missing_host_is_found() -> None:
    """So is a project that has not set it."""
    with override_settings():
        del settings.RENUO_CDN_HOST
        assert [error.id for error in checks.run_checks()] == ["thumbor_renuo_client.E001"]


def test_right_settings_pass() -> None:
    """The checks are silent then."""
    assert checks.run_checks() == []
