"""What scheduling tells: companies, staff, contacts, inspections, agreements, reports."""

from datetime import date
from typing import ClassVar, Literal

from pydantic import AwareDatetime

from shared.contracts.event import Event, Value
from shared.contracts.jobs import AccountRef, CustomFieldDefinition, OrderRef, Site
from shared.money import SignedCents

PaymentsProvider = Literal["integrated", "none", "third_party"]
PersonRole = Literal["client", "agent", "additional"]
StaffRole = Literal["owner", "office", "inspector", "read_only"]
Plan = Literal["basic", "pro", "pro_plus"]
InspectionStatus = Literal["scheduled", "published", "cancelled"]
PORTAL_PLANS: frozenset[Plan] = frozenset({"pro", "pro_plus"})
"""The plans with customer accounts (R60, R77)."""
LineKind = Literal["service", "fee", "credit"]


class PaymentPolicy(Value):
    """The company's rules of collecting (R1-R17, R36). One may exclude another, see scheduling."""

    payments_provider: PaymentsProvider
    collect_payment_after_publish: bool
    allow_deferred_payment: bool


class Company(Value):
    """One inspection company, as everybody may know it."""

    company_id: str
    name: str
    tagline: str
    time_zone: str
    """IANA name; due dates and `today` are the company's local ones."""
    currency: str
    """ISO 4217, upper case; one per company."""
    email: str
    phone: str
    address: str
    hue: int
    """0-359; the only part of the look a company may change."""
    plan: Plan
    trial: bool
    """While true, clients and payers receive no mail (R31)."""
    policy: PaymentPolicy
    revision: int
    custom_fields: tuple[CustomFieldDefinition, ...] = ()
    """The fields it keeps for account customers, in the order of its list."""

    @property
    def offers_client_portal(self) -> bool:
        """Whether its plan has customer accounts (R60, R77); a trial may look."""
        return self.plan in PORTAL_PLANS or self.trial


class StaffMember(Value):
    """One person who signs in to the staff pages."""

    staff_id: str
    name: str
    email: str
    phone: str
    role: StaffRole
    active: bool
    revision: int


class Contact(Value):
    """A client, agent, insurer or other person outside the company."""

    contact_id: str
    name: str
    email: str
    phone: str
    revision: int


class Person(Value):
    """Someone in the People box of one inspection (R39, R49)."""

    contact_id: str
    role: PersonRole
    role_label: str
    """As shown: `Client`, `Buyer's agent`, `Insurer`."""
    name: str
    email: str
    phone: str


class ServiceLine(Value):
    """One charge of the bill. Credits are negative."""

    line_id: str
    service_id: str | None
    kind: LineKind
    name: str
    note: str = ""
    amount_cents: SignedCents


class Inspector(Value):
    """Who carries the inspection out."""

    staff_id: str
    name: str
    phone: str


class ReportFile(Value):
    """One published file; the bytes stay in scheduling behind the gate."""

    report_id: str
    file_name: str
    size_bytes: int
    published_at: AwareDatetime


class ReleasePolicy(Value):
    """When this inspection's report opens. Snapshot of the company's policy at creation (C3)."""

    collect_payment_after_publish: bool
    require_payment: bool
    """`Require payment to release report(s)`."""
    require_payment_locked: bool
    """True: set by collect-after-publish and not to be switched off (R6)."""
    unlocked_by_staff: bool
    """Staff opened the report by hand; impossible while locked (C8)."""


class Inspection(Value):
    """The whole public state of one inspection."""

    inspection_id: str
    number: str
    """As people say it: `HP-3107`; unique in the company."""
    status: InspectionStatus
    site: Site
    starts_at: AwareDatetime
    duration_minutes: int
    time_zone: str
    """IANA name of the property's zone: times are shown in it."""
    inspector: Inspector
    people: tuple[Person, ...]
    lines: tuple[ServiceLine, ...]
    currency: str
    policy: ReleasePolicy
    notifications_disabled: bool
    agreement_id: str | None
    reports: tuple[ReportFile, ...]
    scheduled_at: AwareDatetime
    published_at: AwareDatetime | None
    cancelled_at: AwareDatetime | None
    revision: int
    account: AccountRef | None = None
    order: OrderRef | None = None
    recurring_id: str | None = None
    """The recurring service that scheduled it."""


class CompanyChangedV1(Event):
    """A company was created, or its settings or policy changed."""

    name: ClassVar[str] = "scheduling.company_changed.v1"
    aggregate: ClassVar[str] = "company"
    company: Company

    @property
    def aggregate_id(self) -> str:
        """The company's id."""
        return self.company.company_id

    @property
    def revision(self) -> int:
        """The company's revision."""
        return self.company.revision


class StaffMemberChangedV1(Event):
    """A staff member was added, changed or deactivated."""

    name: ClassVar[str] = "scheduling.staff_member_changed.v1"
    aggregate: ClassVar[str] = "staff_member"
    staff_member: StaffMember

    @property
    def aggregate_id(self) -> str:
        """The staff member's id."""
        return self.staff_member.staff_id

    @property
    def revision(self) -> int:
        """The staff member's revision."""
        return self.staff_member.revision


class ContactChangedV1(Event):
    """A contact was added or changed."""

    name: ClassVar[str] = "scheduling.contact_changed.v1"
    aggregate: ClassVar[str] = "contact"
    contact: Contact

    @property
    def aggregate_id(self) -> str:
        """The contact's id."""
        return self.contact.contact_id

    @property
    def revision(self) -> int:
        """The contact's revision."""
        return self.contact.revision


class InspectionEvent(Event):
    """Something happened to an inspection; it carries the whole state it led to."""

    aggregate: ClassVar[str] = "inspection"
    inspection: Inspection

    @property
    def aggregate_id(self) -> str:
        """The inspection's id."""
        return self.inspection.inspection_id

    @property
    def revision(self) -> int:
        """The inspection's revision."""
        return self.inspection.revision


class InspectionScheduledV1(InspectionEvent):
    """An inspection was booked."""

    name: ClassVar[str] = "scheduling.inspection_scheduled.v1"


class InspectionRescheduledV1(InspectionEvent):
    """Its time, place or inspector changed."""

    name: ClassVar[str] = "scheduling.inspection_rescheduled.v1"


class InspectionServicesChangedV1(InspectionEvent):
    """Services, fees or credits were added, removed or repriced."""

    name: ClassVar[str] = "scheduling.inspection_services_changed.v1"


class InspectionPeopleChangedV1(InspectionEvent):
    """Somebody joined, left or was corrected in the People box."""

    name: ClassVar[str] = "scheduling.inspection_people_changed.v1"


class InspectionPublishedV1(InspectionEvent):
    """The report was published (again, when files were replaced)."""

    name: ClassVar[str] = "scheduling.inspection_published.v1"


class InspectionCancelledV1(InspectionEvent):
    """The inspection will not take place."""

    name: ClassVar[str] = "scheduling.inspection_cancelled.v1"


class InspectionPolicyChangedV1(InspectionEvent):
    """Staff changed when the report opens, or switched its notifications off or on."""

    name: ClassVar[str] = "scheduling.inspection_policy_changed.v1"


class AgreementIssuedV1(Event):
    """The client has an agreement to sign; a higher version replaces the earlier one (R58)."""

    name: ClassVar[str] = "scheduling.agreement_issued.v1"
    aggregate: ClassVar[str] = "agreement"
    agreement_id: str
    inspection_id: str
    version: int
    title: str
    text: str
    """Plain text, paragraphs separated by an empty line."""
    total_cents: SignedCents
    issued_on: date

    @property
    def aggregate_id(self) -> str:
        """The agreement's id."""
        return self.agreement_id

    @property
    def revision(self) -> int:
        """The agreement's version."""
        return self.version
