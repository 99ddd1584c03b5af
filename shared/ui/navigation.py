"""The places a signed-in member of staff can go, and who the page is shown to."""

from dataclasses import dataclass
from typing import Protocol

EVERYBODY = frozenset({"owner", "office", "inspector", "read_only"})
OFFICE = frozenset({"owner", "office", "read_only"})
OWNER = frozenset({"owner", "office"})

ROLE_NAMES = {
    "owner": "Owner",
    "office": "Office manager",
    "inspector": "Inspector",
    "read_only": "Read only",
}
DEFAULT_HUE = "harbour"
HUES = {
    "harbour": 240,
    "indigo": 270,
    "plum": 320,
    "berry": 10,
    "clay": 45,
    "moss": 130,
    "pine": 165,
    "teal": 200,
}
"""The colours a company may choose: only the hue moves, so contrast holds for all of them."""


@dataclass(frozen=True)
class Place:
    """One entry of the sidebar."""

    key: str
    label: str
    icon: str
    path: str
    roles: frozenset[str] = EVERYBODY
    count_path: str = ""
    """A fragment that answers with the number to show, or with nothing."""


PLACES = (
    Place("schedule", "Schedule", "calendar-days", "/staff/scheduling/schedule"),
    Place("inspections", "Inspections", "clipboard-list", "/staff/scheduling/inspections"),
    Place("accounts", "Accounts", "building-2", "/staff/scheduling/accounts"),
    Place("tickets", "Tickets", "message-square", "/staff/portal/tickets"),
    Place("invoices", "Invoices", "receipt-text", "/staff/billing/invoices", roles=OFFICE),
    Place("reports", "Reports", "chart-no-axes-column", "/staff/billing/reports", roles=OFFICE),
    Place(
        "alerts",
        "Alerts",
        "bell",
        "/staff/notifications/alerts",
        count_path="/notifications/fragments/alerts/count",
    ),
)
SETTINGS_TABS = (
    ("client-portal", "Client Portal", "/staff/scheduling/settings/client-portal"),
    ("company", "Company", "/staff/scheduling/settings/company"),
    ("services", "Services", "/staff/scheduling/settings/services"),
    ("custom-fields", "Custom fields", "/staff/scheduling/settings/custom-fields"),
    ("staff", "Team and API keys", "/staff/scheduling/settings/staff"),
    ("billing", "Payments", "/staff/billing/settings"),
    ("email", "Email", "/staff/notifications/settings"),
)
"""The settings of one company, whichever service keeps them."""

CLIENT_PORTAL_TABS = (
    ("policy", "Collecting", "/staff/scheduling/settings/client-portal"),
    ("billing", "Billing", "/staff/billing/settings/portal"),
    ("services", "Services", "/staff/portal/settings"),
    ("tickets", "Tickets", "/staff/portal/settings/tickets"),
    ("alerts", "Alerts", "/staff/notifications/settings/alerts"),
)
"""The tabs of Settings > Client Portal; each belongs to the service that keeps it (R78-R109)."""

SETTINGS = Place("settings", "Settings", "settings", "/staff/scheduling/settings", roles=OWNER)


@dataclass(frozen=True)
class Brand:
    """The company as its clients know it; the product's own name never appears to them."""

    name: str
    tagline: str = ""
    phone: str = ""
    email: str = ""
    hue: str = DEFAULT_HUE

    @property
    def full_name(self) -> str:
        """Name and tagline in one line: `Harbor & Pine Home Inspections`."""
        return f"{self.name} {self.tagline}".strip()


@dataclass(frozen=True)
class Shell:
    """Everything the frame around a staff page needs; pass it to the template as `shell`."""

    brand: Brand
    person: str
    role: str
    csrf_token: str
    current: str
    """Key of the place that is lit up."""

    @property
    def role_name(self) -> str:
        """The role as people read it."""
        return ROLE_NAMES.get(self.role, self.role)

    @property
    def places(self) -> tuple[Place, ...]:
        """The places this role may go to, in order."""
        return tuple(place for place in PLACES if self.role in place.roles)

    @property
    def settings(self) -> Place | None:
        """The settings entry, or None when this role has no business there."""
        return SETTINGS if self.role in SETTINGS.roles else None


class SignedIn(Protocol):
    """Who is looking; `shared.identity.Staff` is one."""

    @property
    def name(self) -> str:
        """As shown beside the sign-out button."""

    @property
    def role(self) -> str:
        """Decides which places are shown."""

    @property
    def csrf_token(self) -> str:
        """Goes into the sign-out form and every htmx request."""


def shell_for(staff: SignedIn, brand: Brand, current: str) -> Shell:
    """Return the frame of a page for the person looking at it."""
    return Shell(brand, staff.name, staff.role, staff.csrf_token, current)
