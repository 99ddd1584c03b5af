"""Where static files are served, and what is in the sprite and the style sheet."""

import hashlib
import re

import httpx
import pytest

from shared.ui.assets import FOR_EVER, STATIC, asset, plain_name, static_app
from tools.vendor_assets import ICONS


@pytest.fixture
async def files():
    transport = httpx.ASGITransport(app=static_app())
    async with httpx.AsyncClient(transport=transport, base_url="http://static") as client:
        yield client


@pytest.mark.parametrize("name", ["ui.css", "app.js", "icons.svg"])
async def test_our_own_files_are_named_by_content_and_kept_for_ever(files, name):
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:8]
    stem, suffix = name.split(".")
    assert asset(name) == f"/static/{stem}.{digest}.{suffix}"
    answer = await files.get(asset(name))
    assert answer.content == (STATIC / name).read_bytes()
    assert answer.headers["cache-control"] == FOR_EVER


async def test_vendored_files_carry_their_version_and_are_kept_for_ever(files):
    address = asset("vendor/htmx-sse-4.0.1.js")
    assert address == "/static/vendor/htmx-sse-4.0.1.js"
    assert (await files.get(address)).headers["cache-control"] == FOR_EVER


async def test_a_plain_name_is_asked_for_again(files):
    assert (await files.get("/static/ui.css")).headers["cache-control"] == "no-cache"


async def test_a_missing_file_is_not_found(files):
    assert (await files.get("/static/ui.0000000.css")).status_code == 404


async def test_nothing_outside_the_folder_is_served(files):
    assert (await files.get("/static/%2e%2e/assets.py")).status_code == 404


def test_an_unknown_asset_stops_the_page():
    with pytest.raises(FileNotFoundError):
        asset("missing.css")


def test_only_a_content_hash_is_dropped_from_a_name():
    assert plain_name("ui.0123abcd.css") == "ui.css"
    assert plain_name("figtree-5.3.0.woff2") == "figtree-5.3.0.woff2"


def test_the_style_sheet_points_to_the_font_that_pages_preload():
    style = (STATIC / "ui.css").read_text()
    font = re.search(r'url\("([^"]+)"\)', style)
    assert font is not None
    assert asset(font[1]) == f"/static/{font[1]}"
    assert (STATIC / font[1]).exists()


def test_each_vendored_file_comes_with_its_licence():
    names = {path.name for path in (STATIC / "vendor").iterdir()}
    assert {"htmx.LICENSE", "lucide.LICENSE", "figtree.LICENSE"} <= names


def test_the_first_load_of_a_page_stays_small():
    import gzip  # noqa: PLC0415 - only here

    sent = sum(
        len(gzip.compress((STATIC / name).read_bytes()))
        for name in ("ui.css", "app.js", "icons.svg", "vendor/htmx-sse-4.0.1.js")
    )
    font = (STATIC / "vendor/figtree-5.3.0.woff2").stat().st_size
    assert sent + font < 60_000


def test_the_sprite_holds_the_icons_the_tool_names():
    drawn = re.findall(r'<symbol id="([\w-]+)"', (STATIC / "icons.svg").read_text())
    assert drawn == ICONS
