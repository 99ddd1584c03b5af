"""The Jinja environment every page and mail is rendered with."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from shared import money
from shared.ui import events, formats, meters, statuses
from shared.ui.assets import asset
from shared.ui.hues import mail_tone
from shared.ui.navigation import CLIENT_PORTAL_TABS, SETTINGS_TABS, shell_for

TEMPLATES = Path(__file__).parent / "templates"

FILTERS = (
    money.money,
    formats.money_hero,
    formats.money_input,
    formats.day,
    formats.long_day,
    formats.short_day,
    formats.clock,
    formats.moment,
    formats.full_moment,
    formats.zone_name,
    formats.zone_words,
    formats.iso,
    formats.initials,
    formats.filesize,
    formats.plural,
    formats.tel,
)


@lru_cache(maxsize=512)
def icon(name: str, kind: str = "") -> Markup:
    """Return a drawing from the sprite; it is decoration, so a word always stands beside it."""
    classes = f"icon {kind}".strip()
    return Markup('<svg class="{}" aria-hidden="true"><use href="{}#{}"></use></svg>').format(
        classes, asset("icons.svg"), name
    )


def environment(package_templates: Path | None = None) -> Environment:
    """Return an environment that looks in the service's own templates first, then in ours.

    Everything is escaped except `.txt`, and an unknown name raises instead of printing nothing.
    """
    places = [package_templates] if package_templates else []
    loader = ChoiceLoader([FileSystemLoader(place) for place in [*places, TEMPLATES]])
    env = Environment(
        loader=loader,
        autoescape=select_autoescape(
            enabled_extensions=("html", "xml"), default=True, disabled_extensions=("txt",)
        ),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,  # it would look at every file of a page on every request
    )
    env.filters.update({filter_.__name__: filter_ for filter_ in FILTERS})
    functions: Mapping[str, Any] = {
        "asset": asset,
        "shell_for": shell_for,
        "SETTINGS_TABS": SETTINGS_TABS,
        "CLIENT_PORTAL_TABS": CLIENT_PORTAL_TABS,
        "mail_tone": mail_tone,
        "icon": icon,
        "when": formats.when,
        "look": statuses.look,
        "segments": meters.segments,
        "bars": meters.bars,
        "currency_symbol": formats.currency_symbol,
        "page_events": sorted(events.ALL),
    }
    env.globals.update(functions)
    return env
