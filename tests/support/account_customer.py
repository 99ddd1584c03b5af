"""What account customers do: sign in by mail, choose invoices, pay, save a card, enrol."""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx

from deploy.demo.office import NotYetError, eventually
from tests.support.product import GOOD_ACCOUNT, GOOD_CARD, Company
from tests.support.visitor import Form, Page, Visitor

_IN = re.compile(r"/account/in/[\w-]+")
_PATIENCE = 120.0
_ASKED_AGAIN = 5.0


def values_of(form: Form) -> dict[str, list[str]]:
    """What a browser would send, repeated names and all."""
    given: dict[str, list[str]] = defaultdict(list)
    for tag in form.tag.select("input[name], textarea[name]"):
        kind = str(tag.get("type", "text"))
        if kind in {"checkbox", "radio"} and not tag.has_attr("checked"):
            continue
        given[str(tag["name"])].append(str(tag.get("value", "on")))
    if form.button.get("name"):
        given[str(form.button["name"])] = [str(form.button.get("value", ""))]
    return given


@dataclass
class Customer:
    """One account of a company, and its first person before a browser."""

    company: Company
    account_id: str
    email: str
    site_ids: list[str]
    browser: Visitor
    last: tuple[str, dict[str, list[str]]] = field(default=("", {}))

    # ------------------------------------------------------------------------ the office's side
    def book(self, *, sites: int = 1, days: int = 7) -> list[dict[str, Any]]:
        """Single visits, one at each of that many sites; their invoices."""
        known = {row["invoice_id"] for row in self.invoices()}
        for site_id in self.site_ids[:sites]:
            self.company.office.post("scheduling/v1/inspections", self._visit(site_id, days))
        return self._new(known, sites)

    def order(self, sites: int, *, days: int = 7) -> list[dict[str, Any]]:
        """One order over that many sites; the invoices of its children."""
        known = {row["invoice_id"] for row in self.invoices()}
        body = {
            "account_id": self.account_id,
            "site_ids": self.site_ids[:sites],
            "service_ids": [self.company.services["Radon test"]["service_id"]],
            "starts_at": _at(days),
            "inspector_id": self.company.inspector_id,
        }
        self.company.office.post("scheduling/v1/orders", body)
        return self._new(known, sites)

    def invoices(self) -> list[dict[str, Any]]:
        """What billing has of this account, oldest first."""
        return list(self.company.office.get(f"billing/v1/accounts/{self.account_id}/invoices"))

    def invoice(self, invoice_id: str) -> Any:
        return self.company.office.get(f"billing/v1/invoices/{invoice_id}")

    def wait_invoice(self, invoice_id: str, **expected: Any) -> Any:
        """Until billing says this of it."""

        def matching() -> Any:
            found = self.invoice(invoice_id)
            return found if expected.items() <= found.items() else None

        return eventually(matching, f"invoice with {expected}", within=_PATIENCE)

    def rules(self, **rules: Any) -> None:
        """Change what customers may do in the portal."""
        self.company.office.put("billing/v1/settings/portal", rules)

    # ------------------------------------------------------------------------ the customer's side
    def sign_in(self) -> Page:
        """By a mailed link; asked for again, should the portal not know the account yet."""

        before = {mail["id"] for mail in self.company.sandbox.mails(self.email)}

        def asked() -> str | None:
            page = self.browser.open("/account/sign-in")
            self.browser.submit(page.form("Email me a link"), email=self.email)
            try:  # no second mail comes within a minute of one
                return eventually(
                    lambda: self._sign_in_link(before), "the mail", within=_ASKED_AGAIN
                )
            except NotYetError:
                return None

        path = eventually(asked, "the mail to sign in", within=_PATIENCE)
        return self.browser.submit(self.browser.open(path).form("Sign in"))

    def _sign_in_link(self, before: set[str]) -> str | None:
        for mail in self.company.sandbox.mails(self.email):
            found = _IN.search(mail["text"] or "")
            if found and self.company.name in mail["text"] and mail["id"] not in before:
                return found[0]
        return None

    def send(self, form: Form, *, follow: bool = True, **fields: Any) -> Page:
        """Press the form's button with these fields filled in; lists are sent as such."""
        data = {**values_of(form), **fields}
        self.last = (form.action, data)
        return self.again(follow=follow)

    def again(self, *, follow: bool = True) -> Page:
        """Send the last form once more."""
        action, data = self.last
        headers = {"Origin": self.browser.gateway, "Sec-Fetch-Site": "same-origin"}
        answer = self.browser.http.post(action, data=data, headers=headers, follow_redirects=follow)
        return Page(str(answer.url), answer.status_code, answer.text, answer.headers)

    def review(
        self, *invoice_ids: str, choice: str = "single", method: str = "card", **fields: Any
    ) -> Page:
        """Choose invoices, once the portal knows them, and go on to what asks to confirm."""

        def ready() -> Page | None:
            page = self.browser.open(f"/account/pay?choice={choice}")
            return page if all(one in page.html for one in invoice_ids) else None

        page = eventually(ready, "the portal knows the invoices", within=_PATIENCE)
        chosen = {"invoice": list(invoice_ids)} if choice != "custom" else {}
        return self.send(page.form("Review payment"), method=method, **chosen, **fields)

    def pay(self, page: Page) -> Page:
        """Confirm; the provider's page, or how the payment stands."""
        return self.send(page.form("Pay $"))

    def by_card(self, page: Page, number: str = GOOD_CARD) -> Page:
        return self.browser.submit(page.form("Pay"), number=number)

    def by_bank(self, page: Page, account: str = GOOD_ACCOUNT) -> Page:
        alone = 'name="account_number"' in page.html
        bank = page if alone else self.browser.open(page.link("Bank"))
        return self.browser.submit(bank.form("Pay"), account_number=account)

    def methods(self) -> list[dict[str, Any]]:
        """On file, as billing knows them."""
        found = self.company.office.get(f"billing/v1/accounts/{self.account_id}")
        return list(found["methods"])

    def mails(self, subject: str) -> list[dict[str, Any]]:
        """Those in the mailbox whose subject begins so, newest first."""
        found = self.company.sandbox.mails(self.email)
        return [mail for mail in found if mail["subject"].startswith(subject)]

    def wait_mail(self, subject: str) -> dict[str, Any]:
        """The newest of them, once there is one."""
        return eventually(lambda: self.mails(subject), f"a mail {subject!r}", within=_PATIENCE)[0]

    def _new(self, known: set[str], count: int) -> list[dict[str, Any]]:
        def there() -> list[dict[str, Any]] | None:
            rows = [row for row in self.invoices() if row["invoice_id"] not in known]
            return rows if len(rows) == count else None

        return eventually(there, f"{count} new invoices", within=_PATIENCE)

    def _visit(self, site_id: str, days: int) -> dict[str, Any]:
        service = self.company.services["Radon test"]["service_id"]
        return {
            "account_id": self.account_id,
            "site_id": site_id,
            "starts_at": _at(days),
            "inspector_id": self.company.inspector_id,
            "lines": [{"kind": "service", "service_id": service}],
        }


def open_account(company: Company, *, sites: int = 3, email: str = "") -> Customer:
    """A property manager, with a mailbox nobody else has unless one is given."""
    email = email or f"account-{uuid4().hex[:10]}@example.com"
    body = {
        "name": "Cascade Property Group",
        "terms_days": 30,
        "people": [{"name": "Nora Bell", "email": email}],
        "sites": [
            {"street": f"{number} Birch St", "city": "Bend", "region": "OR"}
            for number in range(1, sites + 1)
        ],
    }
    made = company.office.post("scheduling/v1/accounts", body)
    account_id, site_ids = made["account_id"], [site["site_id"] for site in made["sites"]]
    eventually(lambda: _known(company, account_id), "billing knows the account", within=_PATIENCE)
    return Customer(company, account_id, email, site_ids, company.visitor())


def _known(company: Company, account_id: str) -> bool:
    try:
        company.office.get(f"billing/v1/accounts/{account_id}")
    except httpx.HTTPStatusError as error:
        if error.response.status_code == httpx.codes.NOT_FOUND:
            return False
        raise
    return True


def _at(days: int) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).isoformat()
