"""Colours: written once, readable in light and dark, for every hue a company may choose."""

import math
import re

import pytest

from shared.ui import hues
from shared.ui.assets import STATIC
from shared.ui.navigation import HUES

STYLE = (STATIC / "ui.css").read_text()
TOKENS = STYLE[STYLE.index("@layer tokens {") : STYLE.index("@layer base {")]
HEX = re.compile(r"#[0-9a-fA-F]{3,8}\b")
PAIR = re.compile(r"--([\w-]+): light-dark\((#\w+|oklch\([^)]*\)\)?), (#\w+|oklch\([^)]*\)\)?)\);")

SMALL_TEXT = 4.5
CONTROL = 3.0


def linear_from_hex(colour):
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    return [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]


def linear_from_oklch(colour, hue):
    lightness, chroma = (float(part) for part in re.findall(r"[\d.]+", colour)[:2])
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    mixed = [
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    ]
    return [min(max(channel, 0.0), 1.0) for channel in mixed]


def luminance(colour, hue):
    channels = linear_from_hex(colour) if colour.startswith("#") else linear_from_oklch(colour, hue)
    red, green, blue = channels
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other, hue):
    high, low = sorted((luminance(one, hue), luminance(other, hue)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def palette():
    return {name: (light, dark) for name, light, dark in PAIR.findall(TOKENS)}


TEXT_ON = [
    *[
        (text, ground)
        for text in ("text", "text-2", "text-3")
        for ground in ("bg", "surface", "surface-2")
    ],
    ("text-2", "mute-soft"),
    ("text-2", "sunken"),
    ("text-2", "accent-soft"),
    *[
        (f"{kind}-text", ground)
        for kind in ("ok", "warn", "bad")
        for ground in ("surface", f"{kind}-soft")
    ],
    ("text-2", "ok-soft"),
    ("text-2", "warn-soft"),
    ("text-2", "bad-soft"),
    ("accent-text", "bg"),
    ("accent-text", "surface"),
    ("accent-text", "accent-soft"),
    ("on-accent", "accent"),
    ("on-accent", "accent-hover"),
    ("on-inverse", "inverse"),
]


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("hue", HUES.values(), ids=HUES)
def test_small_text_is_readable_in_every_hue(hue, theme):
    colours = palette()
    weak = {
        f"{text} on {ground}": round(ratio, 2)
        for text, ground in TEXT_ON
        if (ratio := contrast(colours[text][theme], colours[ground][theme], hue)) < SMALL_TEXT
    }
    assert weak == {}


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("hue", HUES.values(), ids=HUES)
def test_controls_and_the_focus_ring_stand_out_in_every_hue(hue, theme):
    colours = palette()
    for mark in ("control", "accent", "ok", "warn", "bad"):
        assert contrast(colours[mark][theme], colours["surface"][theme], hue) >= CONTROL, mark


def test_mails_use_the_accent_of_the_pages():
    written = palette()
    for (light, dark), tones in (
        (written["accent"], (hues.LIGHT_ACCENT, hues.DARK_ACCENT)),
        (written["on-accent"], (None, hues.DARK_ON_ACCENT)),
    ):
        for colour, tone in zip((light, dark), tones, strict=True):
            if tone is not None:
                assert tuple(float(part) for part in re.findall(r"[\d.]+", colour)[:2]) == tone


@pytest.mark.parametrize("hue", HUES)
def test_the_button_of_a_mail_is_readable(hue):
    tone = hues.mail_tone(hue)
    assert contrast("#ffffff", tone.accent, 0) >= SMALL_TEXT
    assert contrast(tone.dark_on_accent, tone.dark_accent, 0) >= SMALL_TEXT


def test_a_known_colour_is_converted_exactly():
    assert hues.hex_of(0.627955, 0.257683, 29.234) == "#ff0000"
    assert hues.hex_of(1.0, 0.0, 0) == "#ffffff"
    assert hues.mail_tone("unheard of") == hues.mail_tone("harbour")


def test_the_style_sheet_offers_the_hues_that_companies_may_choose():
    offered = dict(re.findall(r'\[data-hue="(\w+)"\] \{ --accent-h: (\d+); \}', STYLE))
    root = re.search(r"--accent-h: (\d+);", TOKENS)
    assert root is not None
    assert {**offered, "harbour": root[1]} == {name: str(hue) for name, hue in HUES.items()}


def test_colours_are_written_in_the_tokens_alone():
    outside = STYLE.replace(TOKENS, "")
    assert HEX.findall(outside) == []
    assert re.findall(r"\b(?:rgb|hsl|oklch)\(", outside) == []


def test_every_token_that_is_used_is_defined():
    used = set(re.findall(r"var\((--[\w-]+)", STYLE))
    defined = set(re.findall(r"(--[\w-]+):", STYLE))
    assert used - defined == set()
