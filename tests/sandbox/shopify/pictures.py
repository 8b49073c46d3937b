"""Draws a placeholder picture for a product: its kind as a simple shape, its colours from its title."""

import re
from colorsys import hls_to_rgb, rgb_to_hls
from hashlib import blake2b
from pathlib import Path
from xml.sax.saxutils import escape, unescape

from tests.sandbox.shopify.generator_titles import COLOURS, OTHER_TYPE

PICTURE_PATH = "/cdn/pictures/{product_id}.svg"  # under the sandbox's origin
_TINTS = ("#f6ede4", "#eaf1f4", "#f4ecf1", "#edf3ea", "#f7f1dc", "#ecebf5", "#f3ebe6", "#e8f2ef")
_PALETTE = ("#c8644f", "#4d7ea8", "#7a9e65", "#b7799b", "#d0a145", "#5f8f8c", "#8a6fae", "#b5714a")

_SYMBOL = re.compile(r'<symbol id="([^"]+)">(.*?)</symbol>', re.DOTALL)
_SHAPES = {
    unescape(found[1]): found[2]
    for found in _SYMBOL.finditer(Path(__file__).with_name("picture_shapes.svg").read_text(encoding="utf-8"))
}


def picture_svg(product_id: int, title: str, product_type: str) -> str:
    """Return a square SVG of 600 units, the same for the same product always."""
    draw = blake2b(f"{product_id}".encode(), digest_size=4).digest()
    named = [COLOURS[word] for word in re.findall("[a-z]+", title.lower()) if word in COLOURS]
    main = named[0] if named else _PALETTE[draw[0] % len(_PALETTE)]
    second = named[1] if len(named) > 1 else _PALETTE[(draw[0] + 1 + draw[1] % 5) % len(_PALETTE)]
    tint = _TINTS[blake2b(product_type.encode(), digest_size=1).digest()[0] % len(_TINTS)]
    kind = _kind(title, product_type)
    shape = _SHAPES.get(kind, _SHAPES[OTHER_TYPE])
    dark = shade(main, 0.72)
    body = shape.format(main=main, second=second, dark=dark, light=shade(main, 1.22))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 600 600" role="img" aria-label="{_quoted(title)}">'
        f"<title>{escape(title)}</title>"
        f'<rect width="600" height="600" fill="{tint}"/>'
        f'<circle cx="{250 + draw[2] % 100}" cy="{240 + draw[3] % 60}" r="250" fill="#ffffff" opacity=".45"/>'
        f'<ellipse cx="300" cy="484" rx="170" ry="20" fill="{shade(tint, 0.88)}"/>'
        f"{body}{_pattern(title, second) if kind in _ROOMY else ''}"
        f"</svg>"
    )


def shade(colour: str, factor: float) -> str:
    """Return the colour made lighter (factor above 1) or darker."""
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    hue, light, depth = rgb_to_hls(red, green, blue)
    mixed = hls_to_rgb(hue, min(0.97, light * factor), depth)
    return "#" + "".join(f"{round(part * 255):02x}" for part in mixed)


# Shapes with room for a pattern in the middle.
_ROOMY = frozenset({"Bags & Purses", "Heart", "Kitchen & Dining", "Mug", "Plate", "Textiles"})
_BY_WORD = (
    ("clock", "Clock"), ("mug", "Mug"), ("cup", "Mug"), ("teapot", "Mug"), ("plate", "Plate"), ("bowl", "Plate"),
    ("cake", "Cake"), ("umbrella", "Umbrellas"), ("parasol", "Umbrellas"), ("bunting", "Party"), ("box", "Storage"),
    ("tin", "Storage"), ("t-light", "Lantern"), ("lantern", "Lantern"), ("heart", "Heart"), ("star", "Star"),
    ("bag", "Bags & Purses"), ("card", "Cards & Gift Wrap"), ("frame", "Frame"), ("mirror", "Frame"),
    ("sign", "Frame"), ("bottle", "Bottle"), ("jar", "Bottle"), ("cushion", "Textiles"), ("flower", "Flower"),
)  # fmt: skip


def _kind(title: str, product_type: str) -> str:
    words = set(re.findall(r"[a-z-]+", title.lower()))
    if product_type in {"Christmas", "Easter", "Jewellery"}:
        return product_type
    return next((kind for word, kind in _BY_WORD if word in words or f"{word}s" in words), product_type)


def _pattern(title: str, colour: str) -> str:
    text = title.lower()
    if re.search(r"spot|polka|dot", text):
        places = ((262, 330), (338, 330), (300, 372), (262, 414), (338, 414))
        return "".join(f'<circle cx="{x}" cy="{y}" r="11" fill="#fff" opacity=".8"/>' for x, y in places)
    if "strip" in text:
        lines = "".join(f"M{x} 320v104" for x in (256, 285, 314, 343))
        return f'<path d="{lines}" stroke="#fff" stroke-width="9" opacity=".7"/>'
    if re.search(r"rose|flower|floral|daisy", text):
        petals = ((0, -15), (14, -5), (9, 12), (-9, 12), (-14, -5))
        drawn = "".join(f'<circle cx="{300 + x}" cy="{374 + y}" r="11" fill="#fff" opacity=".85"/>' for x, y in petals)
        return f'{drawn}<circle cx="300" cy="374" r="8" fill="{colour}"/>'
    return ""


def _quoted(text: str) -> str:
    return escape(text, {'"': "&quot;"})
