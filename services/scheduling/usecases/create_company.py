"""Going live: a company and its owner come into being."""

from dataclasses import dataclass

from services.scheduling.domain.company import Company, number_prefix_of
from services.scheduling.domain.staff import StaffMember, account_email, refuse_weak
from services.scheduling.usecases._facts import about_company, about_staff_member
from services.scheduling.usecases.ports import Desk, Office, Passwords, Secrets
from shared.contracts.scheduling import Plan


@dataclass(frozen=True, kw_only=True)
class CreateCompany:
    """Who the company is, and the account of its owner."""

    name: str
    tagline: str = ""
    time_zone: str
    currency: str = "USD"
    email: str
    phone: str = ""
    address: str = ""
    hue: int = 240
    plan: Plan = "pro"
    trial: bool = False
    owner_name: str
    owner_email: str
    owner_password: str


@dataclass(frozen=True, kw_only=True)
class Created:
    """The two that were created."""

    company: Company
    owner: StaffMember


async def create_company(
    command: CreateCompany, *, office: Office, passwords: Passwords, secrets: Secrets
) -> Created:
    """Write both and tell of both. Raises EmailTakenError when the owner has an account already."""
    refuse_weak(command.owner_password)
    company = Company(
        company_id=secrets.new_id(),
        name=command.name.strip(),
        tagline=command.tagline.strip(),
        time_zone=command.time_zone,
        currency=command.currency.upper(),
        email=command.email.strip(),
        phone=command.phone.strip(),
        address=command.address.strip(),
        hue=command.hue,
        plan=command.plan,
        trial=command.trial,
        number_prefix=number_prefix_of(command.name),
    )
    company.check()
    owner = StaffMember(
        staff_id=secrets.new_id(),
        company_id=company.company_id,
        name=command.owner_name.strip(),
        email=account_email(command.owner_email),
        phone=command.phone.strip(),
        role="owner",
        password_hash=await passwords.hash_of(command.owner_password),
    )

    async def work(desk: Desk) -> Created:
        await desk.write(company, events=[about_company(company)])
        await desk.write(owner, events=[about_staff_member(owner)])
        return Created(company=company, owner=owner)

    return await office.transaction(work)
