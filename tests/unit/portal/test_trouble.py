"""Pages when something is away, or asked for wrongly."""

import pytest
from pymongo.errors import ServerSelectionTimeoutError

from shared.problems import UnavailableError
from tests.support.portal_samples import told_company, told_inspection


async def test_a_database_that_is_away_is_said_on_a_page(portal, monkeypatch):
    page = await portal.enter()

    async def away(*_):
        raise ServerSelectionTimeoutError("no primary at mongo.internal:27017")

    monkeypatch.setattr(portal.wiring.views, "inspection_page", away)
    answer = await portal.browser.get(page)
    assert answer.status_code == 503
    assert "retry-after" in answer.headers
    assert "mongo.internal" not in answer.text


async def test_the_page_needs_no_other_service(portal, monkeypatch):
    portal.wiring.billing.away = True
    portal.wiring.files.missing = True
    for scope in ("inspection", "invoice"):
        answer = await portal.browser.get(await portal.enter(scope))
        assert answer.status_code == 200


@pytest.mark.parametrize("scope", ["inspection", "invoice"])
async def test_a_document_whose_keeper_does_not_have_it_is_not_there(portal, scope):
    portal.wiring.files.missing = True
    answer = await portal.browser.get(f"{await portal.enter(scope)}/invoice.pdf")
    assert answer.status_code == 404
    assert "There is no such document" in answer.text


async def test_a_document_whose_keeper_is_away_can_be_had_later(portal, monkeypatch):
    def away(*_):
        raise UnavailableError

    monkeypatch.setattr(portal.wiring.files, "_file", away)
    answer = await portal.browser.get(f"{await portal.enter()}/invoice.pdf")
    assert answer.status_code == 503
    assert "retry-after" in answer.headers


async def test_a_page_whose_events_have_not_come_is_being_prepared(empty_portal):
    answer = await empty_portal.browser.get(await empty_portal.enter())
    assert answer.status_code == 503
    assert "This page is being prepared" in answer.text


async def test_an_agreement_that_does_not_exist_is_not_there(empty_portal):
    empty_portal.tell(told_company(), told_inspection())
    page = await empty_portal.enter()
    assert (await empty_portal.browser.get(f"{page}/agreement")).status_code == 404
    shown = await empty_portal.browser.get(page)
    assert "Sign the agreement" not in shown.text
    assert "Your invoice is being prepared" in shown.text


@pytest.mark.parametrize(
    "path",
    ["/p/..%2f..%2fetc", "/p/i/%7B%24gt%7D", "/p/" + "z" * 200, "/pay/%00", "/p/i/" + "z" * 99],
)
async def test_odd_addresses_open_nothing(portal, path):
    answer = await portal.browser.get(path)
    assert answer.status_code in {404, 422}
