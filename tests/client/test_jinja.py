"""thumbor_renuo.client.jinja: image URLs in Jinja templates."""

from typing import Any

import pytest
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from tests.client.conftest import APP, FILE_PATH, KEY, PRIVATE_KEY
from thumbor_renuo.client import ImageUrls
from thumbor_renuo.client.jinja import register

CDN = "https://cdn.example.com"
images = ImageUrls("cdn.example.com", app=APP, private_key=PRIVATE_KEY, clock=lambda: 1_800_000_000)
HOSTILE = f"o/{APP}/ab12/\"><script>alert('&')</script>, 2x.jpg"


def render(template: str, *, autoescape: bool = True, **given: Any) -> str:
    """A template's text, at a moment of 2027."""
    environment = Environment(autoescape=autoescape, undefined=StrictUndefined)
    register(environment, images)
    return environment.from_string(template).render(**given)


@pytest.mark.parametrize("autoescape", [True, False])
@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ('{{ key | image("300x300", format="webp") }}',
         f"{CDN}/t/300x300/filters:format(webp)/u/{KEY}"),
        ('{{ key | image("9x9", filters=["quality(80)"]) }}',
         f"{CDN}/t/9x9/filters:quality(80)/u/{KEY}"),
        ("{{ key | image }}", f"{CDN}/t/u/{KEY}"),
        ("{{ path | image }}", f"{CDN}/t/u/{KEY}"),
        ("{{ key | srcset([320, 640]) }}",
         f"{CDN}/t/320x0/u/{KEY} 320w, {CDN}/t/640x0/u/{KEY} 640w"),
        ('{{ key | srcset(densities=[1, 2], options="30x20") }}',
         f"{CDN}/t/30x20/u/{KEY} 1x, {CDN}/t/60x40/u/{KEY} 2x"),
        ('{{ key | image_preset("card") }}', f"{CDN}/t/p:card/u/{KEY}"),
        ("{{ key | image_original }}", f"{CDN}/{KEY}"),
        ('{{ images.url(key, "9x9") }}', f"{CDN}/t/9x9/u/{KEY}"),
    ],
)  # fmt: skip
def test_a_template_has_the_urls(autoescape: bool, template: str, expected: str) -> None:
    """The same whether or not the template escapes."""
    assert render(template, autoescape=autoescape, key=KEY, path=FILE_PATH) == expected


@pytest.mark.parametrize("autoescape", [True, False])
def test_a_template_signs(autoescape: bool) -> None:
    """The filters give what the methods give."""
    call = "{{ path | signed_image('9x9', expires_in=60, widths=[9]) }}"
    expected = images.signed_url(KEY, "9x9", expires_in=60, widths=[9])
    assert render(call, autoescape=autoescape, path=FILE_PATH) == expected
    call = "{{ path | signed_srcset([320, 640], options='smart') }}"
    expected = images.signed_srcset(KEY, [320, 640], options="smart")
    assert render(call, autoescape=autoescape, path=FILE_PATH) == expected


@pytest.mark.parametrize("autoescape", [True, False])
@pytest.mark.parametrize("kind", [str, Markup])
def test_a_hostile_key_stays_within_its_attribute(autoescape: bool, kind: type[str]) -> None:
    """Nothing of it is markup, and it is encoded once."""
    for call in ("image('9x9')", "srcset([320])", "image_original", "signed_image"):
        text = render(f"{{{{ key | {call} }}}}", autoescape=autoescape, key=kind(HOSTILE))
        assert not set(text) & set("\"'<>&")
        assert "ab12/%22%3E%3Cscript%3Ealert%28%27%26%27%29%3C/script%3E%2C%202x.jpg" in text


def test_options_that_are_markup_are_options() -> None:
    """Text that a template calls safe is text."""
    options = Markup("9x9/filters:fill(red)")
    text = render("{{ key | image(options, format='png') }}", key=KEY, options=options)
    assert text == f"{CDN}/t/9x9/filters:fill(red):format(png)/u/{KEY}"


@pytest.mark.parametrize("key", [None, "", 7])
def test_a_missing_key_is_an_error(key: object) -> None:
    """An image that is not there is for the template to leave out."""
    with pytest.raises(ValueError, match="the key"):
        render("{{ key | image }}", key=key)


def test_a_key_that_nobody_set_is_an_error() -> None:
    """So is a name that the template has not been given."""
    with pytest.raises(ValueError, match="Undefined"):
        render("{{ key | image }}")
