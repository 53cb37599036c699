"""What scanners and fax machines do to a page: noise, skew, toner, light, holes, show-through.

Pages are gray arrays (0 black, 255 white) or RGB arrays, float32; every effect takes the page, the
resolution and the document's own random source, so the same seed gives the same pixels.
"""

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageFilter


@dataclass(frozen=True)
class Profile:
    """A way a document reached us: resolution, effects in order, and the container written."""

    name: str
    container: str            # pdf, pdf-jpeg, pdf-g4, tif-g4, jpg, png
    dpi: tuple = (300, 300)
    effects: tuple = ()
    quality: int = 62
    colour: bool = False
    turn: str = "none"        # none, some, all, rotate-key
    duplex: bool = False


PROFILES = {p.name: p for p in (
    Profile("digital", "pdf"),
    Profile("gray", "pdf-jpeg", effects=("blur", "paper", "noise")),
    Profile("g4", "tif-g4", effects=("blur", "specks")),
    Profile("g4pdf", "pdf-g4", effects=("blur", "specks")),
    Profile("skew", "tif-g4", effects=("blur", "skew", "specks")),
    Profile("skewgray", "pdf-jpeg", effects=("blur", "skew", "paper", "noise")),
    Profile("fax", "tif-g4", dpi=(204, 196), effects=("blur", "coarse", "specks")),
    Profile("faxcoarse", "tif-g4", dpi=(204, 98), effects=("blur", "coarse")),
    Profile("colour", "pdf-jpeg", dpi=(200, 200), effects=("paper", "noise"), colour=True, quality=60),
    Profile("turned", "pdf-g4", effects=("blur", "specks"), turn="some"),
    Profile("turnedgray", "pdf-jpeg", effects=("blur", "paper", "noise"), turn="all"),
    Profile("rotatekey", "pdf-g4", effects=("blur", "specks"), turn="rotate-key"),
    Profile("duplex", "pdf-jpeg", dpi=(200, 200), effects=("showthrough", "paper", "noise"), duplex=True),
    Profile("duplexg4", "tif-g4", effects=("blur", "specks"), duplex=True),
    Profile("faint", "pdf-jpeg", dpi=(300, 300), effects=("toner", "blur", "noise")),
    Profile("lowcontrast", "pdf-jpeg", dpi=(200, 200), effects=("blur", "background", "noise")),
    Profile("uneven", "pdf-jpeg", dpi=(200, 200), effects=("blur", "light", "noise")),
    Profile("punched", "pdf-g4", effects=("blur", "skew", "holes", "border", "specks")),
    Profile("jpeg", "jpg", effects=("blur", "paper", "noise")),
    Profile("png", "png", effects=("blur", "specks")),
)}


def _filter(page, image_filter):
    image = Image.fromarray(np.clip(page, 0, 255).astype(np.uint8))
    return np.asarray(image.filter(image_filter), dtype=np.float32)


def blur(page, dpi, rng):
    """The optics' slight blur."""
    return _filter(page, ImageFilter.GaussianBlur(rng.uniform(0.4, 0.8) * dpi[0] / 300))


def paper(page, _dpi, rng):
    """Paper is not white and toner is not black."""
    low, high = rng.uniform(18, 45), rng.uniform(236, 250)
    return low + page * ((high - low) / 255)


def _field(rng, shape, sigma):
    """Noise of a shape, tiled from a smaller block: drawing millions of numbers is slow."""
    block = np.random.default_rng(rng.randrange(2**32)).normal(0, sigma, (509, 521)).astype(np.float32)
    repeats = (shape[0] // 509 + 1, shape[1] // 521 + 1)
    return np.tile(block, repeats)[: shape[0], : shape[1]]


def noise(page, _dpi, rng):
    """Sensor noise."""
    field = _field(rng, page.shape, rng.uniform(2, 5))
    return page + (field[..., None] if page.ndim == 3 else field)


def specks(page, _dpi, rng):
    """Dust: small dark dots, and rough edges for the threshold."""
    page = page + _field(rng, page.shape, 14)
    draws = np.random.default_rng(rng.randrange(2**32))
    height, width = page.shape[:2]
    for _ in range(rng.randrange(10, 90)):
        y, x = int(draws.integers(0, height - 4)), int(draws.integers(0, width - 4))
        size = int(draws.integers(1, 4))
        page[y:y + size, x:x + size] = 0
    return page


def skew(page, _dpi, rng):
    """Fed in crooked by half a degree to two."""
    angle = rng.uniform(0.5, 2.0) * rng.choice((-1, 1))
    image = Image.fromarray(np.clip(page, 0, 255).astype(np.uint8))
    return np.asarray(image.rotate(angle, Image.BICUBIC, fillcolor=255), dtype=np.float32)


def coarse(page, _dpi, rng):
    """Fax scanning: a little more ragged."""
    return page + _field(rng, page.shape, 26) - rng.uniform(0, 12)


def toner(page, _dpi, rng):
    """A cartridge that runs out: pale, with lighter vertical bands."""
    width = page.shape[1]
    waves = 0.62 + 0.16 * np.sin(np.linspace(0, rng.uniform(6, 14), width) + rng.uniform(0, 6))
    ink = (255 - page) * waves.astype(np.float32)[None, :]
    holes = _field(rng, page.shape, 1.0) > 1.5
    ink[holes] *= 0.45
    return 250 - ink


def background(page, _dpi, rng):
    """Grayish recycled or security-printed paper."""
    base = rng.uniform(165, 190)
    height, width = page.shape[:2]
    yy = np.arange(height, dtype=np.float32)[:, None]
    xx = np.arange(width, dtype=np.float32)[None, :]
    guilloche = 7 * np.sin((xx + 18 * np.sin(yy / 31)) / 9) if rng.random() < 0.5 else 0
    return 40 + (page / 255) * (base - 40 + guilloche)


def light(page, _dpi, rng):
    """Light that falls off towards a corner, as with a camera or an open lid."""
    height, width = page.shape[:2]
    yy = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    xx = np.linspace(0, 1, width, dtype=np.float32)[None, :]
    cy, cx = rng.uniform(0, 1), rng.uniform(0, 1)
    fall = 1 - rng.uniform(0.3, 0.5) * np.sqrt((yy - cy) ** 2 + (xx - cx) ** 2)
    return 12 + page * 0.93 * fall


def holes(page, dpi, _rng):
    """Two punch holes at the left edge, 80 mm apart, dark from the lid behind."""
    unit = dpi[0] / 25.4
    height = page.shape[0]
    for offset in (-40, 40):
        cy, cx, radius = height / 2 + offset * unit, 11 * unit, 3 * unit
        y0, x0 = int(cy - radius), int(cx - radius)
        yy, xx = np.ogrid[y0:int(cy + radius) + 1, x0:int(cx + radius) + 1]
        disc = (yy - cy) ** 2 + (xx - cx) ** 2 <= radius**2
        page[y0:int(cy + radius) + 1, x0:int(cx + radius) + 1][disc] = 10
    return page


def border(page, dpi, rng):
    """Black edges where the sheet ended before the glass."""
    unit = dpi[0] / 25.4
    right, bottom = int(rng.uniform(1, 4) * unit), int(rng.uniform(1, 5) * unit)
    page[:, page.shape[1] - right:] = 5
    page[page.shape[0] - bottom:, :] = 5
    return page


def show_through(page, back, strength):
    """The printed other side, mirrored, shining through."""
    ghost = _filter(back[:, ::-1], ImageFilter.GaussianBlur(2.2))
    return np.minimum(page, 255) - (255 - ghost) * strength


def threshold(page):
    """Bilevel image: True where white."""
    return page > 150


EFFECTS = {f.__name__: f for f in (blur, paper, noise, specks, skew, coarse, toner, background, light, holes, border)}
TURNS = {"none": (0,), "some": (0, 90, 180, 270, 0), "all": (90, 270, 180), "rotate-key": (90, 270, 180, 0)}


@dataclass
class Sheet:
    """A finished page image with what is needed to write and to judge it."""

    image: Image.Image
    kind: str          # text, blank
    source: int        # page number of the set document, 0 for a blank back
    turned: int = 0    # degrees clockwise the displayed page was turned
    rotate_key: int = 0


def sheets(pages, profile, rng):
    """Page arrays through a profile's effects, blank backs added, turned as the profile says."""
    result, turn_at = [], rng.randrange(5)
    for index, page in enumerate(pages):
        work = page
        if "showthrough" in profile.effects:
            work = show_through(page, pages[(index + 1) % len(pages)], rng.uniform(0.05, 0.10))
        result.append(_finish(work, profile, rng, "text", index + 1, index + turn_at))
        if profile.duplex and (index + 1 < len(pages) or rng.random() < 0.7):
            blank = np.full_like(page, 255)
            if rng.random() < 0.8:
                blank = show_through(blank, page, rng.uniform(0.03, 0.07))
            result.append(_finish(blank, profile, rng, "blank", 0, 0))
    return result


def _finish(page, profile, rng, kind, source, turn_index):
    page = np.array(page, dtype=np.float32)
    for name in profile.effects:
        if name in EFFECTS:
            page = EFFECTS[name](page, profile.dpi, rng)
    if profile.container in ("pdf-g4", "tif-g4", "png"):
        image = Image.fromarray(threshold(page))
    else:
        image = Image.fromarray(np.clip(page, 0, 255).astype(np.uint8))
    turns = TURNS[profile.turn]
    turn = turns[turn_index % len(turns)] if kind == "text" else 0
    if turn:
        image = image.transpose({90: Image.ROTATE_270, 180: Image.ROTATE_180, 270: Image.ROTATE_90}[turn])
    if profile.turn == "rotate-key":
        return Sheet(image, kind, source, 0, (360 - turn) % 360)
    return Sheet(image, kind, source, turn)
