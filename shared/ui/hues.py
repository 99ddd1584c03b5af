"""A company's accent as plain hex, for mail programs that know neither custom properties nor oklch.

The lightness and chroma are those of the `--accent` tokens in `ui.css`; a test holds them together.
"""

import math
from typing import NamedTuple

from shared.ui.navigation import DEFAULT_HUE, HUES

LIGHT_ACCENT = (0.46, 0.115)
DARK_ACCENT = (0.745, 0.105)
DARK_ON_ACCENT = (0.22, 0.05)


class MailTone(NamedTuple):
    """The accent in light mode (text on it is white), in dark mode, and the text on the latter."""

    accent: str
    dark_accent: str
    dark_on_accent: str


def mail_tone(hue: str) -> MailTone:
    """Return the colours of a company's mails; an unknown hue is drawn in the default one."""
    degrees = HUES.get(hue, HUES[DEFAULT_HUE])
    tones = (LIGHT_ACCENT, DARK_ACCENT, DARK_ON_ACCENT)
    return MailTone(*(hex_of(*tone, degrees) for tone in tones))


def hex_of(lightness: float, chroma: float, hue: float) -> str:
    """Return an OKLCH colour as `#rrggbb`, clipped to what screens can show."""
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    # Björn Ottosson's OKLab: to cone responses, then to linear sRGB.
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    linear = (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )
    return "#" + "".join(f"{_channel(part):02x}" for part in linear)


def _channel(linear: float) -> int:
    part = min(max(linear, 0.0), 1.0)
    straight_below = 0.0031308
    encoded = 12.92 * part if part <= straight_below else 1.055 * part ** (1 / 2.4) - 0.055
    return round(encoded * 255)
