"""What billing makes of the others' facts, from the event as it travels to the books."""

from datetime import UTC, date, datetime

import pytest

from services.billing.domain.company import Provider
from services.billing.entrypoints.events import subscription
from services.billing.entrypoints.parts import Parts
from services.billing.usecases.change_settings import change_settings
from services.billing.usecases.check_books import check_books
from services.billing.usecases.refresh_account import refresh_account
from services.billing.usecases.tell_again import tell_again
from shared.contracts import scheduling
from shared.contracts.billing import (
    BillingSettingsChangedV1,
    InspectionBalanceChangedV1,
    InvoiceChangedV1,
)
from shared.contracts.event import wrap
from shared.contracts.portal import ViewRebuildRequestedV1
from shared.messaging.subscription import Delivery, PermanentError
from tests.support.billing_examples import COMPANY, INSPECTION, NOON
from tests.support.billing_fakes import MemoryKeys
from tests.support.billing_list_fakes import (
    MemoryLinks,
    MemoryLists,
    MemoryRebuilds,
    UncachedPrinter,
)
from tests.support.billing_reports import MemoryReports
from tests.support.billing_rules import MemorySplitRules
from tests.unit.billing.conftest import Office


def an_inspection(**changes) -> scheduling.Inspection:
    given = {
        "inspection_id": INSPECTION,
        "number": "HP-3107",
        "status": "scheduled",
        "site": scheduling.Site(
            site_id="s", street="1482 Alder Creek Rd", city="Bend", region="OR", postal_code="97702"
        ),
        "starts_at": datetime(2026, 12, 2, 4, 30, tzinfo=UTC),  # 8:30 PM on Dec 1 in Bend
        "duration_minutes": 150,
        "time_zone": "America/Los_Angeles",
        "inspector": scheduling.Inspector(staff_id="dana", name="Dana Whitfield", phone=""),
        "people": (
            scheduling.Person(
                contact_id="ellen",
                role="client",
                role_label="Client",
                name="Ellen Park",
                email="ellen@example.com",
                phone="",
            ),
        ),
        "lines": (
            scheduling.ServiceLine(
                line_id="home",
                service_id="s1",
                kind="service",
                name="Full home inspection",
                amount_cents=47_500,
            ),
        ),
        "currency": "USD",
        "policy": scheduling.ReleasePolicy(
            collect_payment_after_publish=False,
            require_payment=True,
            require_payment_locked=False,
            unlocked_by_staff=False,
        ),
        "notifications_disabled": False,
        "agreement_id": None,
        "reports": (),
        "scheduled_at": datetime(2026, 11, 18, 6, 30, tzinfo=UTC),  # still Nov 17 in Bend
        "published_at": None,
        "cancelled_at": None,
        "revision": 1,
    }
    return scheduling.Inspection(**{**given, **changes})


def a_told_company(**changes) -> scheduling.Company:
    policy = scheduling.PaymentPolicy(
        payments_provider=changes.pop("provider", "integrated"),
        collect_payment_after_publish=False,
        allow_deferred_payment=False,
    )
    given = {
        "company_id": COMPANY,
        "name": "Harbor & Pine",
        "tagline": "Home Inspections",
        "time_zone": "America/Los_Angeles",
        "currency": "USD",
        "email": "office@example.com",
        "phone": "",
        "address": "",
        "hue": 240,
        "plan": "pro",
        "trial": False,
        "policy": policy,
        "revision": 1,
    }
    return scheduling.Company(**{**given, **changes})


@pytest.fixture
def listening():
    return Office()


def parts_of(office: Office) -> Parts:
    return Parts(
        books=office.books,
        inbox=office.inbox,
        gateway=office.gateway,
        printer=UncachedPrinter(),
        lists=MemoryLists(office.books),
        reports=MemoryReports(office.books),
        split_rules=MemorySplitRules(),
        rebuilds=MemoryRebuilds(),
        links=MemoryLinks(),
        keys=MemoryKeys(office.books),
        clock=office.clock,
        new_id=office.new_id,
        own_accounts=False,
    )


async def hear(office, *events, parts=None):
    deliveries = [
        Delivery(
            wrap(
                event,
                event_id=f"e-{number}",
                source="scheduling",
                time=NOON,
                correlation_id="c-1",
                causation_id=None,
            ),
            event,
        )
        for number, event in enumerate(events)
    ]
    await subscription(parts or parts_of(office)).handle(deliveries, None)


def booked(**changes):
    return scheduling.InspectionScheduledV1(company_id=COMPANY, inspection=an_inspection(**changes))


def company_told(**changes):
    return scheduling.CompanyChangedV1(company_id=COMPANY, company=a_told_company(**changes))


async def test_a_booking_opens_the_clients_invoice(listening):
    await hear(listening, company_told(), booked())
    [told] = listening.books.told(InvoiceChangedV1)
    invoice = told.invoice
    assert (invoice.number, invoice.total_cents, invoice.status) == ("HP-3107", 47_500, "open")
    assert invoice.issued_on == date(2026, 11, 17)
    assert invoice.due_on == date(2026, 12, 1)
    assert invoice.payer.email == "ellen@example.com"
    [balance] = listening.books.told(InspectionBalanceChangedV1)
    assert balance.balance_cents == 47_500
    assert not balance.report_released


@pytest.mark.parametrize(
    ("region", "postal_code", "place"),
    [("OR", "97702", "Bend, OR 97702"), ("OR", "", "Bend, OR"), ("", "", "Bend")],
)
async def test_a_place_ends_with_what_is_known_of_it(listening, region, postal_code, place):
    known = {"region": region, "postal_code": postal_code}
    await hear(listening, booked(site=an_inspection().site.model_copy(update=known)))
    assert listening.bill.booking.place == place


async def test_a_repeated_booking_changes_nothing(listening):
    await hear(listening, booked(), booked())
    assert len(listening.books.told(InvoiceChangedV1)) == 1
    assert await check_books(books=listening.books) == []


async def test_news_that_overtakes_the_booking_opens_the_bill(listening):
    published = scheduling.InspectionPublishedV1(
        company_id=COMPANY,
        inspection=an_inspection(revision=4, published_at=NOON, status="published"),
    )
    await hear(listening, published, booked())
    assert listening.bill.booking.published
    assert len(listening.books.told(InvoiceChangedV1)) == 1


async def test_publishing_an_inspection_without_charges_releases_its_report(listening):
    published = scheduling.InspectionPublishedV1(
        company_id=COMPANY, inspection=an_inspection(revision=2, published_at=NOON, lines=())
    )
    await hear(listening, booked(lines=()), published)
    assert listening.books.told(InspectionBalanceChangedV1)[-1].report_released


async def test_a_published_report_is_counted_and_told_also_while_it_stays_locked(listening):
    """Whoever writes of the report waits for this, and not for a payment."""
    published = scheduling.InspectionPublishedV1(
        company_id=COMPANY,
        inspection=an_inspection(revision=2, published_at=NOON, status="published"),
    )
    await hear(listening, booked(), published, published)
    told = listening.books.told(InspectionBalanceChangedV1)
    assert [(one.published, one.report_released) for one in told] == [(False, False), (True, False)]


async def test_an_inspection_without_people_goes_to_the_dead_letters(listening):
    with pytest.raises(PermanentError):
        await hear(listening, booked(people=()))


async def test_a_company_is_told_once_that_it_can_take_money(listening):
    await hear(listening, company_told(), company_told(revision=2, name="Harbor & Oak"))
    [told] = listening.books.told(BillingSettingsChangedV1)
    assert told.online_payments
    assert told.accepts_bank_payments
    assert listening.books.state.companies[COMPANY].name == "Harbor & Oak"


async def test_choosing_no_integrated_payments_is_told(listening):
    await hear(listening, company_told(), company_told(revision=2, provider="none"))
    assert [e.online_payments for e in listening.books.told(BillingSettingsChangedV1)] == [
        True,
        False,
    ]


async def test_an_older_company_is_not_taken(listening):
    await hear(listening, company_told(revision=3), company_told(revision=2, provider="none"))
    assert listening.books.state.companies[COMPANY].provider is Provider.INTEGRATED


@pytest.mark.scenario(39)
async def test_an_account_that_may_not_charge_any_more_is_told(listening):
    await hear(listening, company_told())
    listening.gateway.charges_enabled = False
    await refresh_account(
        None, books=listening.books, gateway=listening.gateway, own_accounts=False
    )
    assert not listening.books.told(BillingSettingsChangedV1)[-1].online_payments


async def test_switching_online_payments_off_is_told_once(listening):
    await hear(listening, company_told())
    for _ in range(2):
        await change_settings(
            company_id=COMPANY,
            online_wanted=False,
            stripe_account_id=None,
            books=listening.books,
            gateway=listening.gateway,
            own_accounts=False,
        )
    assert len(listening.books.told(BillingSettingsChangedV1)) == 2


async def test_whoever_lost_their_view_is_told_everything_again(listening):
    parts = parts_of(listening)
    wish = ViewRebuildRequestedV1(company_id=COMPANY, rebuild_id="r-1")
    await hear(listening, company_told(), booked(), wish, parts=parts)
    assert parts.rebuilds.wishes == {"r-1": COMPANY}
    before = listening.books.told(InvoiceChangedV1)[-1]
    assert await tell_again(company_id=COMPANY, books=listening.books, own_accounts=False) == 1
    assert listening.books.told(InvoiceChangedV1)[-1] == before
    assert len(listening.books.told(InspectionBalanceChangedV1)) == 2
