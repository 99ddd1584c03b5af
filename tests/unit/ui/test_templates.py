"""Every template of the repository keeps the rules the content policy and the design set."""

import re
from pathlib import Path

import pytest

from shared.ui.assets import STATIC
from shared.ui.navigation import PLACES, SETTINGS
from shared.ui.statuses import BEGINNINGS, EXACT
from shared.ui.templates import TEMPLATES, environment

ROOT = Path(__file__).parents[3]
FOLDERS = [TEMPLATES, *sorted(ROOT.glob("services/*/entrypoints/templates"))]
PAGES = [path for folder in FOLDERS for path in sorted(folder.rglob("*.html"))]
SPRITE = set(re.findall(r'<symbol id="([\w-]+)"', (STATIC / "icons.svg").read_text()))

# Mails are read by programs that drop style sheets; they carry their styles and colours in place.
MAIL = re.compile(r"mail")


CLASSES = re.compile(r'class="((?:[^"{]|{[{%].*?[}%]})*)"')
HOOKS = {"slot", "slot-note", "slot-failed", "slot-loading", "c-"}  # for the script, or a beginning


def name_of(path):
    return str(path.relative_to(ROOT))


def is_mail(path):
    return bool(MAIL.search(path.name)) or not {"mail", "mails"}.isdisjoint(path.parts)


pages = pytest.mark.parametrize("page", PAGES, ids=name_of)


@pages
def test_a_page_carries_no_style_or_script_of_its_own(page):
    source = page.read_text()
    found = re.findall(r"<script(?![^>]*\bsrc=)|\son[a-z]+=|javascript:", source)
    if not is_mail(page):
        found += re.findall(r"\sstyle=|<style", source)
    assert found == []


@pages
def test_a_page_names_no_colour(page):
    if is_mail(page):
        return
    assert re.findall(r"#[0-9a-fA-F]{6}\b|#[0-9a-fA-F]{3}\b(?=[;\s\"'])", page.read_text()) == []


@pages
def test_a_page_leaves_arithmetic_on_money_to_the_filter(page):
    assert re.findall(r"/\s*100\b|toFixed|\|\s*round|%\.2f|\{:\.2f", page.read_text()) == []


@pages
def test_a_page_uses_only_icons_that_are_in_the_sprite(page):
    source = page.read_text()
    named = set(re.findall(r"icon\(\"([\w-]+)\"", source))
    named |= set(re.findall(r"\b(?:ic|mark_icon|end_icon)=\"([\w-]+)\"", source))
    named |= set(re.findall(r"ui\.dot\(\"([\w-]+)\"", source))
    named |= set(re.findall(r"ui\.icon_button\((?:\"[^\"]*\"|[^,\"]+), \"([\w-]+)\"", source))
    assert named - SPRITE == set()


@pages
def test_a_page_uses_only_classes_that_the_style_sheet_has(page):
    if is_mail(page):
        return
    known = set(re.findall(r"\.([a-zA-Z][\w-]*)", (STATIC / "ui.css").read_text())) | HOOKS
    written = [re.sub(r"{[{%].*?[}%]}", " ", one) for one in CLASSES.findall(page.read_text())]
    assert {word for one in written for word in one.split()} - known == set()


@pages
def test_a_page_can_be_read_by_the_template_language(page):
    environment().parse(page.read_text())


def test_status_words_and_places_use_icons_that_are_in_the_sprite():
    looks = [*EXACT.values(), *(found for _, found in BEGINNINGS)]
    named = {drawn.icon for drawn in looks} | {place.icon for place in (*PLACES, SETTINGS)}
    assert named - SPRITE == set()


def test_the_scripts_write_no_markup_from_text():
    source = (STATIC / "app.js").read_text()
    assert re.findall(r"insertAdjacentHTML|document\.write|eval\(|new Function", source) == []
