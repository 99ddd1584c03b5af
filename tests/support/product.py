"""What people do with Doorstep, for tests: an office, its clients, and the post they get."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx

from deploy.demo.office import TIMEOUT_SECONDS, Office, eventually
from tests.support.stack import Stack
from tests.support.visitor import Page, Visitor

NOT_YET = 503
"""What a page of the portal answers while it has not been told of what it shows."""
GOOD_CARD = "4242 4242 4242 4242"
DECLINED_CARD = "4000 0000 0000 0002"
INSUFFICIENT_CARD = "4000 0000 0000 9995"
AUTHENTICATED_CARD = "4000 0027 6000 3184"
GOOD_ACCOUNT = "000123456789"
POOR_ACCOUNT = "000222222227"
STUCK_ACCOUNT = "000000000009"
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]>>endobj\n"
    b"xref\n0 4\n0000000000 65535 f \n0000000009 00000 n \n0000000052 00000 n \n"
    b"0000000101 00000 n \ntrailer<</Size 4/Root 1 0 R>>\nstartxref\n164\n%%EOF\n"
)
LARGE_PDF = PDF.replace(b"%PDF-1.4\n", b"%PDF-1.4\n%" + b"x" * 3_000_000 + b"\n")
"""As large as reports with photographs are, at least."""
_LINK = re.compile(r"/(?:p|pay)/[\w-]{30,}")


class Sandbox:
    """The control side of the sandbox: mails, time, trouble, sums."""

    def __init__(self, url: str) -> None:
        self._http = httpx.Client(base_url=f"{url}/_sandbox", timeout=30)

    def close(self) -> None:
        self._http.close()

    def mails(self, to: str) -> list[dict[str, Any]]:
        """Newest first."""
        return self.get("mails", to=to)

    def get(self, path: str, **params: str) -> Any:
        return self._http.get(f"/{path}", params=params).raise_for_status().json()

    def post(self, path: str, **body: Any) -> Any:
        answer = self._http.post(f"/{path}", json=body).raise_for_status()
        return answer.json() if answer.content else None


@dataclass
class Company:
    """One company of its own for each test, so that tests cannot meet."""

    stack: Stack
    name: str
    owner_email: str
    owner_password: str
    office: Office
    inspector_id: str
    services: dict[str, dict[str, Any]]
    sandbox: Sandbox
    people: list[Visitor] = field(default_factory=list)

    def close(self) -> None:
        """Close every connection a test has opened."""
        for visitor in self.people:
            visitor.http.close()
        self.office.close()
        self.sandbox.close()

    def book(self, *services: str, **more: Any) -> "Booking":
        """Schedule an inspection for a client with a mailbox nobody else has."""
        client = f"client-{uuid4().hex[:10]}@example.com"
        starts_at = more.pop("starts_at", datetime.now(UTC) + timedelta(days=3))
        body = {
            "site": {"street": "1482 Alder Creek Rd", "city": "Bend", "region": "OR"},
            "starts_at": starts_at.isoformat(),
            "inspector_id": self.inspector_id,
            "people": [
                {"role": "client", "name": "Ellen Park", "email": client},
                *more.pop("people", []),
            ],
            "lines": [
                {"kind": "service", "service_id": self.services[name]["service_id"]}
                for name in (services or ("Full home inspection",))
            ],
            "require_payment": True,
            **more,
        }
        booked = self.office.post("scheduling/v1/inspections", body)
        return Booking(self, booked["inspection_id"], booked["number"], client)

    def visitor(self) -> Visitor:
        visitor = Visitor(self.stack.gateway)
        self.people.append(visitor)
        return visitor

    def staff_browser(self) -> Visitor:
        """The owner, signed in with a browser."""
        visitor = self.visitor()
        page = visitor.open("/staff/scheduling/sign-in")
        form = page.form("Sign in")
        landed = visitor.submit(form, email=self.owner_email, password=self.owner_password)
        assert "sign-in" not in landed.url, landed.text
        return visitor

    def alerts(self, inspection_id: str) -> list[str]:
        """The words of the feed about one inspection, newest first."""
        listed = self.office.get("notifications/v1/alerts", inspection_id=inspection_id)
        return [alert["text"] for alert in listed["items"]]


PASSWORD = "a long enough password"
"""Of staff members that a test adds; the owner's is `Company.owner_password`."""


@dataclass
class Booking:
    """One inspection as tests follow it."""

    company: Company
    inspection_id: str
    number: str
    client_email: str

    @property
    def path(self) -> str:
        return f"scheduling/v1/inspections/{self.inspection_id}"

    def show(self) -> Any:
        return self.company.office.get(self.path)

    def invoices(self) -> list[dict[str, Any]]:
        return self.company.office.get("billing/v1/invoices", inspection_id=self.inspection_id)[
            "items"
        ]

    def invoice(self) -> dict[str, Any]:
        """The client's invoice in full, when billing has opened it."""
        row = eventually(
            lambda: next((i for i in self.invoices() if i["kind"] == "client"), None),
            "the client's invoice",
        )
        return self.company.office.get(f"billing/v1/invoices/{row['invoice_id']}")

    def wait_invoice(self, **expected: Any) -> dict[str, Any]:
        """The client's invoice once it shows these values."""

        def matching() -> dict[str, Any] | None:
            invoice = self.invoice()
            return invoice if expected.items() <= invoice.items() else None

        return eventually(matching, f"an invoice with {expected}")

    def wait_released(self, released: bool) -> None:
        """Until billing's balance event has told scheduling."""
        eventually(
            lambda: self.show().get("report_released") is released,
            f"report_released is {released}",
        )

    def mail(self, subject: str, to: str = "") -> dict[str, Any]:
        """The newest mail to the client whose subject says this, once it has come."""
        return eventually(
            lambda: next(
                (
                    mail
                    for mail in self.company.sandbox.mails(to or self.client_email)
                    if subject.lower() in mail["subject"].lower()
                ),
                None,
            ),
            f"a mail about {subject!r}",
        )

    def link(self) -> str:
        """The link of the newest mail to the client that has one."""

        def newest() -> str | None:
            for mail in self.company.sandbox.mails(self.client_email):
                found = link_in(mail)
                if found:
                    return found
            return None

        return eventually(newest, "a mail with a link")

    def portal_links(self) -> list[dict[str, Any]]:
        """The links that lead to it, as staff see them."""
        path = f"portal/v1/inspections/{self.inspection_id}/links"
        listed: list[dict[str, Any]] = self.company.office.get(path)["items"]
        return listed

    def client(self) -> "Client":
        """The client, with the mailed link open in a browser."""
        return self.opened(self.link())

    def opened(self, link: str) -> "Client":
        """Whoever has that link, with it open in a browser, once the portal was told of it all."""
        visitor = self.company.visitor()
        client = Client(self, visitor, visitor.open(link))
        eventually(
            lambda: _drawn(client.page) or _drawn(client.reload()),
            "the portal knows the inspection and its invoice",
        )
        return client

    def person(self, name: str) -> dict[str, Any]:
        """Somebody of the People box."""
        return next(one for one in self.show()["people"] if one["name"] == name)

    def invoice_for(self, name: str, key: str = "", **share: object) -> dict[str, Any]:
        """Staff add an invoice for that person; nothing is mailed."""
        wish = {"contact_id": self.person(name)["contact_id"], **share}
        path = f"billing/v1/inspections/{self.inspection_id}/invoices"
        return self.company.office.post(path, wish, key)

    def payer(self, invoice_id: str) -> "Client":
        """Whoever was given that invoice's link, with it open in a browser."""
        path = f"billing/v1/invoices/{invoice_id}/link"
        return self.opened(self.company.office.post(path, {})["url"])

    def publish(self) -> Any:
        return self.company.office.publish(self.inspection_id, "Report.pdf", PDF)


def _drawn(page: Page) -> bool:
    return page.status != NOT_YET and "invoice is being prepared" not in page.text


def link_in(mail: dict[str, Any]) -> str | None:
    """The portal link in a mail, as a path."""
    found = _LINK.search(mail["text"] or "")
    return found[0] if found else None


@dataclass
class Client:
    """Somebody on a portal page, paying."""

    booking: Booking
    browser: Visitor
    page: Page
    home: str = ""

    def __post_init__(self) -> None:
        self.home = self.page.url.split("?")[0]

    def reload(self) -> Page:
        self.page = self.browser.open(self.home)
        return self.page

    def wait(self, words: str, *, within: float = TIMEOUT_SECONDS) -> Page:
        """Reload until the page says this."""
        said = f"the page says {words!r}"
        eventually(lambda: words in self.reload().text, said, within=within)
        return self.page

    def checkout(self) -> Page:
        """Press the pay button, once there is one; the provider's page opens."""
        eventually(lambda: self._payable(self.page) or self._payable(self.reload()), "a pay button")
        self.page = self.browser.submit(self.page.form("Pay $"))
        return self.page

    @staticmethod
    def _payable(page: Page) -> bool:
        return any("Pay $" in button for button in page.buttons)

    def pay_by_card(self, number: str = GOOD_CARD) -> Page:
        """Fill in the provider's page; back on the portal unless it is declined."""
        self.page = self.browser.submit(self.page.form("Pay"), number=number)
        return self.page

    def pay_by_bank(self, account: str = GOOD_ACCOUNT) -> Page:
        page = self.browser.open(self.page.link("Bank"))
        self.page = self.browser.submit(page.form("Pay"), account_number=account)
        return self.page


_AT_ONCE = 10
"""Starting the operator's command costs a second or two, creating a company a fraction of that."""
_unused: dict[tuple[str, ...], list[tuple[str, str]]] = {}
"""Companies nobody has opened yet, by installation and options: address and password of owners."""


def forget_unused_companies() -> None:
    """Open none of those created ahead: all that exist hear of a broken installation."""
    _unused.clear()


def _create_companies(stack: Stack, count: int, *options: str) -> list[tuple[str, str]]:
    """Create that many companies that are alike; address and password of each one's owner."""
    emails = [f"owner-{uuid4().hex[:10]}@example.com" for _ in range(count)]
    owners = [word for email in emails for word in ("--owner-email", email)]
    printed = stack.run(
        "scheduling", "services.scheduling.main", "create-company", *options, *owners
    )
    passwords = re.findall(r"^password (\S+)", printed, re.MULTILINE)
    return list(zip(emails, passwords, strict=True))


def open_company(stack: Stack, name: str = "", *options: str) -> Company:
    """A company with its owner, an inspector and three services.

    Without a name or options it is one of several that were created in one go.
    """
    of_name = ("--name", name or "Harbor & Pine", "--time-zone", "America/Los_Angeles", *options)
    ready = _unused.setdefault((stack.gateway, *of_name), [])
    if not ready:
        ready += _create_companies(stack, 1 if name or options else _AT_ONCE, *of_name)
    owner, password = ready.pop()
    office = Office(stack.gateway, owner, password).sign_in()
    owner_id = office.get("scheduling/v1/staff")["items"][0]["staff_id"]
    services = {}
    for service, cents in (
        ("Full home inspection", 47_500),
        ("Sewer scope", 17_500),
        ("Radon test", 15_000),
    ):
        services[service] = office.post(
            "scheduling/v1/services", {"name": service, "price_cents": cents}
        )
    return Company(
        stack=stack,
        name=name or "Harbor & Pine",
        owner_email=owner,
        owner_password=password,
        office=office,
        inspector_id=owner_id,
        services=services,
        sandbox=Sandbox(stack.sandbox),
    )
