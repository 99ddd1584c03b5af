"""Every route behind a link, asked for by a browser that another link let in, and by none."""

from dataclasses import replace

import pytest
from fastapi.routing import iter_route_contexts

from services.portal.entrypoints.access import CLIENT_PAGES, PAYER_PAGES
from services.portal.entrypoints.misses import Misses

MANY = 10_000
SECRETS = ("Ellen", "Northwest", "475", "150.00", "1482")


def routes(app, prefix):
    """Method and path of every page, file and form there."""
    found = [one for one in iter_route_contexts(app.routes) if one.path.startswith(prefix)]
    return [(method, route.path) for route in found for method in sorted(route.methods)]


def filled(path, link_id):
    parts = ["x" if part.startswith("{") else part for part in path.split("/")[4:]]
    kind = path.split("/")[1]
    return "/".join(["", kind, "i", link_id, *parts])


@pytest.mark.parametrize(
    ("prefix", "owner", "other"),
    [(CLIENT_PAGES, "inspection", "invoice"), (PAYER_PAGES, "invoice", "inspection")],
)
@pytest.mark.parametrize("pretends", [False, True])
async def test_no_route_answers_to_another_links_browser(
    app, portal, prefix, owner, other, pretends
):
    app.state.wiring = replace(portal.wiring, misses=Misses(MANY))
    page = await portal.enter(owner)
    link_id = page.split("/")[3]
    [name] = [cookie for cookie in portal.browser.cookies if link_id in cookie]
    form = (await portal.browser.get(page)).text
    assert any(secret in form for secret in SECRETS)
    portal.browser.cookies.clear()
    await portal.enter(other)
    [secret] = portal.browser.cookies.values()
    if pretends:
        portal.browser.cookies.set(name, secret)
    asked = routes(app, prefix)
    assert len(asked) >= 6
    for method, path in asked:
        answer = await portal.browser.request(
            method,
            filled(path, link_id),
            **({"data": {"csrf_token": "x"}} if method == "POST" else {}),
        )
        assert answer.status_code == 404, (method, path, answer.status_code)
        assert not [words for words in SECRETS if words in answer.text], (method, path)
