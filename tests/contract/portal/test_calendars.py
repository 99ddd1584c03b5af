"""What the portal asks of notifications about calendars, of the fake and of its real routes."""

import httpx
import pytest

from services.notifications.entrypoints import internal
from services.notifications.entrypoints.office import Office, furnish
from services.portal.adapters.calendars_http import CalendarsHttp
from services.portal.domain.refusals import UnknownAccountError, UnknownDocumentError
from services.portal.usecases.ports_accounts import Account
from shared.problems import UnavailableError
from shared.service_client import ServiceClient
from tests.support import notifications_accounts as accounts
from tests.support import notifications_events as told
from tests.support import shared_app
from tests.support.notifications_fakes import Bench, FakeWaker
from tests.support.portal_fakes import FakeCalendars

OF = Account(told.COMPANY, accounts.ACCOUNT)


def over_http(transport):
    client = ServiceClient("http://n.test", "notifications", shared_app.keyring("portal"))
    client._client = httpx.AsyncClient(base_url="http://n.test", transport=transport)
    return CalendarsHttp(client)


@pytest.fixture
async def at_notifications():
    """The real routes, before a desk in memory that knows one account and one inspection."""
    bench = Bench()
    await bench.hear(told.company_changed(), accounts.account_changed(), told.scheduled())
    app = shared_app.app(internal.router, service="notifications")
    furnish(app, Office(post=bench.office, figures=None, waker=FakeWaker()))
    return over_http(httpx.ASGITransport(app))


@pytest.fixture(params=["memory", "http"])
def calendars(request):
    if request.param == "memory":
        return FakeCalendars()
    return request.getfixturevalue("at_notifications")


async def test_an_address_is_had_renewed_and_ended(calendars):
    assert await calendars.made_at(OF) is None
    first = await calendars.renew(OF)
    assert (await calendars.made_at(OF)).tzinfo is not None
    second = await calendars.renew(OF)
    assert first != second
    assert all(url.endswith(".ics") for url in (first, second))
    await calendars.end(OF)
    assert await calendars.made_at(OF) is None
    with pytest.raises(UnknownAccountError):
        await calendars.end(OF)


async def test_an_appointment_arrives_as_a_calendar_file(calendars):
    async with calendars.appointment(told.COMPANY, told.INSPECTION, "Inspection.ics") as file:
        content = b"".join([chunk async for chunk in file.chunks])
    assert (file.name, file.media_type) == ("Inspection.ics", "text/calendar; charset=utf-8")
    assert told.INSPECTION.encode() in content


async def test_what_notifications_does_not_know_is_unknown(at_notifications):
    with pytest.raises(UnknownAccountError):
        await at_notifications.renew(Account("another-company", accounts.ACCOUNT))
    with pytest.raises(UnknownDocumentError):
        async with at_notifications.appointment("another-company", told.INSPECTION, "x.ics"):
            pass


async def test_silence_is_said_as_such():
    def silent(request):
        raise httpx.ConnectError("away", request=request)

    calendars = over_http(httpx.MockTransport(silent))
    for asked in (calendars.made_at, calendars.renew, calendars.end):
        with pytest.raises(UnavailableError):
            await asked(OF)
