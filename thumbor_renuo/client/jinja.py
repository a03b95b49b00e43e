"""Image URLs in Jinja templates: `{{ key | image("300x300", format="webp") }}`."""

from jinja2 import Environment

from thumbor_renuo.client.image_urls import ImageUrls


def register(environment: Environment, images: ImageUrls) -> None:
    """Add the filters image, srcset, image_preset, image_original, signed_image and signed_srcset.

    The global `images` is there, too.

    The filters take what the methods of ImageUrls take; an empty or missing key is an error.
    What they give holds no character that HTML would have to escape: it comes out the same
    whether or not the template escapes.

    Args:
        environment: Flask's is `app.jinja_env`.
        images: whose app lets templates use file paths, and whose private key lets them sign.

    Example:
        >>> environment = Environment(autoescape=True)
        >>> register(environment, ImageUrls("cdn.example.com", app="shop-live"))
        >>> environment.from_string('{{ "ab12/hat.jpg" | image("300x300") }}').render()
        'https://cdn.example.com/t/300x300/u/o/shop-live/ab12/hat.jpg'
    """
    environment.filters |= {
        "image": images.url,
        "srcset": images.srcset,
        "image_preset": images.preset,
        "image_original": images.original,
        "signed_image": images.signed_url,
        "signed_srcset": images.signed_srcset,
    }
    environment.globals["images"] = images
