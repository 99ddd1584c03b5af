import json
from dataclasses import dataclass
from types import SimpleNamespace

import httpx
import pytest
from joserfc.jwk import OKPKey

from services.portal.config import PortalConfig
from services.portal.domain.links import CLIENT_VIEW
from services.portal.entrypoints.account_wiring import AccountWiring
from services.portal.entrypoints.misses import Misses
from services.portal.entrypoints.wiring import Wiring
from services.portal.main import build
from services.portal.usecases.end_link import EndLink, end_link
from services.portal.usecases.mint_link import LinkWish, mint_link
from shared.identity import STAFF_COOKIE, KeyRing, Staff
from tests.support.portal_account_fakes import (
    FakeAccountBilling,
    FakeAccountFiles,
    FakeProfiles,
    MemoryBegun,
    MemoryRows,
    MemoryServices,
    MemorySettings,
    MemorySignIns,
)
from tests.support.portal_account_samples import ACCOUNT_ID, EMAIL
from tests.support.portal_fakes import (
    FakeBilling,
    FakeCalendars,
    FakeFiles,
    MemoryCheckouts,
    MemoryLinks,
    MemorySignatures,
    MemoryViews,
    counted_randomness,
)
from tests.support.portal_samples import (
    COMPANY_ID,
    INSPECTION_ID,
    NOW,
    PAYER_INVOICE,
    a_balance,
    a_third_party_invoice,
    an_agreement,
    settings,
    told_company,
    told_inspection,
    told_invoice,
)
from tests.support.portal_ticket_fakes import MemoryTeam, MemoryTickets

ORIGIN = "http://portal.example"


@dataclass
class Portal:
    """The portal with its ports in memory, spoken to over HTTP."""

    wiring: Wiring
    browser: httpx.AsyncClient
    keyrings: dict
    clock: SimpleNamespace

    def tell(self, *events, at=NOW):
        self.wiring.views.tell(*events, at=at)
        self.wiring.customers.accounts.tell(*events)

    @property
    def customers(self):
        """The ports of the account pages."""
        return self.wiring.customers

    async def account_link(self, **changes):
        """The address in a sign-in mail."""
        wish = {
            "company_id": COMPANY_ID,
            "scope": "account",
            "account_id": ACCOUNT_ID,
            "contact_id": "p1",
            "recipient": EMAIL,
            "purpose": "sign_in",
        }
        answer = await self.browser.post(
            "/internal/v1/links", json=wish | changes, headers=self.service_token("notifications")
        )
        assert answer.status_code == 201, answer.text
        return answer.json()["url"].removeprefix(ORIGIN)

    async def customer(self, **changes):
        """Sign a person of the account in; returns where that leads."""
        answer = await self.browser.post(await self.account_link(**changes))
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    async def link(self, scope="inspection", purpose="confirmation", **changes):
        wish = {
            "company_id": COMPANY_ID,
            "scope": scope,
            "inspection_id": INSPECTION_ID,
            "invoice_id": PAYER_INVOICE if scope == "invoice" else None,
            "recipient": "ellen@example.com",
            "purpose": purpose,
        }
        return await mint_link(
            LinkWish(**(wish | changes)),
            self.wiring.links,
            self.wiring.views,
            self.wiring.randomness,
            self.clock.now,
        )

    async def enter(self, scope="inspection", **changes):
        """Open a new link in this browser; returns the page's path."""
        link = await self.link(scope, **changes)
        answer = await self.browser.get(link.path)
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    async def end(self, link_id):
        """End a link as staff do."""
        command = EndLink(
            company_id=COMPANY_ID, inspection_id=INSPECTION_ID, link_id=link_id, by="Priya Raman"
        )
        await end_link(command, self.wiring.links, self.clock.now)

    async def preview(self):
        """Open a link that staff minted to look."""
        self.sign_in()
        return (await self.link(purpose=CLIENT_VIEW)).path

    def sign_in(self, company_id=COMPANY_ID, role="office", staff_id="staff-1"):
        staff = Staff(company_id, staff_id, "Priya Raman", role, "session-1", "staff-csrf")
        token = self.keyrings["scheduling"].mint_staff(staff)
        self.browser.cookies.set(STAFF_COOKIE, token)

    def service_token(self, name):
        return {"authorization": f"Bearer {self.keyrings[name].mint_service('portal')}"}


@pytest.fixture(scope="session")
def keyrings():
    names = ("scheduling", "billing", "portal", "notifications")
    keys = {name: OKPKey.generate_key("Ed25519", {"kid": name}) for name in names}
    trusted = json.dumps({"keys": [key.as_dict(private=False) for key in keys.values()]})
    return {
        name: (
            json.dumps(key.as_dict(private=True)),
            trusted,
            KeyRing(json.dumps(key.as_dict(private=True)), trusted),
        )
        for name, key in keys.items()
    }


@pytest.fixture(scope="session")
def config(keyrings):
    return PortalConfig(
        mongo_url="mongodb://nowhere",
        mongo_database="portal",
        rabbit_url="amqp://nowhere",
        http_port=1,
        public_url=ORIGIN,
        signing_key=keyrings["portal"][0],
        trusted_keys=keyrings["portal"][1],
        environment="development",
        billing_url="http://billing.example",
        scheduling_url="http://scheduling.example",
        notifications_url="http://notifications.example",
        inbound_mail_domain="in.example.com",
        inbound_mail_secret="inbound-secret",
    )


@pytest.fixture(scope="session")
def app(config):
    """Built once; each test gives it ports of its own."""
    return build(config, None, SimpleNamespace(service="portal"))


@pytest.fixture
async def empty_portal(app, keyrings):
    """A portal that has not heard anything yet."""
    clock = SimpleNamespace(now=NOW)
    views, accounts = MemoryViews(), MemoryRows()
    wiring = Wiring(
        views=views,
        links=MemoryLinks(),
        signatures=MemorySignatures(views),
        checkouts=MemoryCheckouts(),
        billing=FakeBilling(),
        files=FakeFiles(),
        calendars=FakeCalendars(),
        randomness=counted_randomness(),
        clock=lambda: clock.now,
        misses=Misses(10),
        customers=AccountWiring(
            accounts=accounts,
            services=MemoryServices(accounts),
            tickets=MemoryTickets(),
            team=MemoryTeam(accounts),
            sign_ins=MemorySignIns(),
            settings=MemorySettings(),
            billing=FakeAccountBilling(),
            begun=MemoryBegun(),
            files=FakeAccountFiles(),
            profiles=FakeProfiles(),
        ),
    )
    app.state.wiring = wiring
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(
        transport=transport, base_url=ORIGIN, headers={"accept": "text/html"}
    ) as browser:
        rings = {name: parts[2] for name, parts in keyrings.items()}
        yield Portal(wiring, browser, rings, clock)


@pytest.fixture
def portal(empty_portal):
    """A portal that knows one booked inspection with two open invoices."""
    empty_portal.tell(
        told_company(),
        settings(),
        told_inspection(),
        an_agreement(),
        told_invoice(),
        told_invoice(a_third_party_invoice()),
        a_balance(),
    )
    return empty_portal
