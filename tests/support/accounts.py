"""An account customer as integration tests meet one: opened, ordered for, served regularly."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import httpx

from deploy.demo.office import eventually
from tests.support.product import Company

ZONE = ZoneInfo("America/Los_Angeles")
"""Of every company that `open_company` opens."""


@dataclass
class Account:
    """One account customer of a company; its first person has a mailbox nobody else has."""

    company: Company
    account_id: str
    email: str

    @property
    def path(self) -> str:
        return f"scheduling/v1/accounts/{self.account_id}"

    def show(self) -> Any:
        return self.company.office.get(self.path)

    @property
    def site_ids(self) -> list[str]:
        return [site["site_id"] for site in self.show()["sites"]]

    def inspections(self) -> list[dict[str, Any]]:
        """Latest first."""
        return self.company.office.get(
            "scheduling/v1/inspections", account_id=self.account_id, limit="100"
        )["items"]

    def order(self, *sites: int, key: str = "", **changes: Any) -> Any:
        """Order a home inspection at these of its sites (all of them without numbers)."""
        known = self.site_ids
        body = {
            "account_id": self.account_id,
            "site_ids": [known[index] for index in sites or range(len(known))],
            "service_ids": [self.company.services["Full home inspection"]["service_id"]],
            "starts_at": (datetime.now(UTC) + timedelta(days=3)).isoformat(),
            "inspector_id": self.company.inspector_id,
            **changes,
        }
        return self.company.office.post("scheduling/v1/orders", body, key)

    def book(self, site: int = 0, **changes: Any) -> Any:
        """Book one radon test at one of its sites."""
        body = {
            "account_id": self.account_id,
            "site_id": self.site_ids[site],
            "starts_at": (datetime.now(UTC) + timedelta(days=3)).isoformat(),
            "inspector_id": self.company.inspector_id,
            "lines": [
                {
                    "kind": "service",
                    "service_id": self.company.services["Radon test"]["service_id"],
                }
            ],
            **changes,
        }
        return self.company.office.post("scheduling/v1/inspections", body)

    def every(self, cadence: str, first_on: date, key: str = "", **changes: Any) -> Any:
        """Set up a radon test that is done regularly at the first site."""
        body = {
            "account_id": self.account_id,
            "site_id": self.site_ids[0],
            "service_id": self.company.services["Radon test"]["service_id"],
            "cadence": cadence,
            "first_on": first_on.isoformat(),
            "visit_at": "09:00",
            "inspector_id": self.company.inspector_id,
            **changes,
        }
        return self.company.office.post("scheduling/v1/recurring-services", body, key)

    def ask(self, subject: str) -> Any:
        """Open a ticket in the first person's name, as soon as the portal knows everybody."""
        office = self.company.office
        settings = {
            "tickets": True,
            "ticket_settings": {"assignee_staff_ids": [self.company.inspector_id]},
        }
        wish = {
            "account_id": self.account_id,
            "contact_id": self.show()["people"][0]["contact_id"],
            "subject": subject,
            "text": subject,
        }

        def opened() -> Any:
            try:
                office.put("portal/v1/settings", settings)
                return office.post("portal/v1/tickets", wish)
            except httpx.HTTPStatusError as error:
                if error.response.status_code in {404, 422, 503}:
                    return None
                raise

        return eventually(opened, "the portal knows the team and the account")


def open_account(company: Company, sites: int = 3, street: str = "", **changes: Any) -> Account:
    """Open an account customer with so many sites, in one street."""
    email = f"account-{uuid4().hex[:10]}@example.com"
    body = {
        "name": "Cascade Property Group",
        "people": [{"name": "Nora Bell", "email": email}],
        "sites": [
            {"street": street or f"{410 + number} Birch St", "city": "Bend", "region": "OR"}
            for number in range(sites)
        ],
        **changes,
    }
    account = company.office.post("scheduling/v1/accounts", body)
    return Account(company, account["account_id"], email)


def today() -> date:
    """The companies' local day."""
    return datetime.now(ZONE).date()


def schedule_visits(company: Company, until: date) -> str:
    """What the loop of recurring services would do until that day, at once."""
    command = ("schedule-visits", "--until", until.isoformat())
    return company.stack.run("scheduling", "services.scheduling.main", *command)
