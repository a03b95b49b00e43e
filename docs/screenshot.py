"""Draw the README's picture of the demo page: python docs/screenshot.py (with bin/run running)."""

import math
import os
import sys
import tempfile
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter
from playwright.sync_api import expect, sync_playwright

TARGET = Path(__file__).with_name("demo.png")
SKIES = {"Hills at dawn.jpg": ((255, 190, 120), (90, 110, 180)),
         "Alp in June.jpg": ((190, 225, 255), (60, 130, 215))}  # fmt: skip


def landscape(low: tuple[int, ...], high: tuple[int, ...], size: tuple[int, int]) -> Image.Image:
    """A sky from high to low, a sun, and hills."""
    width, height = size
    sky = Image.new("RGB", (1, height))
    for y in range(height):
        part = min(1.0, y / (0.7 * height))
        sky.putpixel((0, y), tuple(int(h + (x - h) * part) for x, h in zip(low, high, strict=True)))
    image = sky.resize(size)
    draw = ImageDraw.Draw(image)
    draw.ellipse(
        (0.62 * width, 0.18 * height, 0.74 * width, 0.18 * height + 0.12 * width), "#fff4d0"
    )
    for hill in range(4):
        base, shade = 0.5 + 0.13 * hill, 110 - 25 * hill
        ridge = [
            (x, height * (base + 0.07 * math.sin(x / width * (5 + hill) + 2.1 * hill)
                          + 0.015 * math.sin(x / width * 31 + hill)))
            for x in range(0, width + 8, 8)
        ]  # fmt: skip
        draw.polygon([*ridge, (width, height), (0, height)], (shade // 2, shade, shade * 3 // 4))
    return image.filter(ImageFilter.GaussianBlur(1.2))


def main() -> None:
    """Upload two drawn photos in a browser and keep what it shows."""
    url = sys.argv[1] if len(sys.argv) > 1 else "http://localhost:8888/"
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        files = []
        for name, (low, high) in SKIES.items():
            files.append(Path(folder) / name)
            landscape(low, high, (3000, 2000)).save(files[-1], quality=90)
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM") or None, args=["--no-sandbox"]
        )
        page = browser.new_page(viewport={"width": 1100, "height": 1120})
        page.goto(url)
        page.set_input_files("input.dz-hidden-input", files)
        expect(page.locator(".renuo-upload__file[data-state=done]")).to_have_count(len(files))
        for image in page.locator("img[data-thumbnail]").all():
            image.scroll_into_view_if_needed()
            expect(image.locator("xpath=..")).to_have_class("thumbnail__frame is-loaded")
        page.evaluate("window.scrollTo(0, 0)")
        page.screenshot(path=TARGET)
        browser.close()


if __name__ == "__main__":
    main()
