"""Somebody new in the team."""

from dataclasses import dataclass

from services.scheduling.domain.refusals import BadFieldError
from services.scheduling.domain.staff import (
    StaffMember,
    StaffRole,
    account_email,
    refuse_weak,
)
from services.scheduling.usecases._facts import about_staff_member
from services.scheduling.usecases.ports import Desk, Office, Passwords, Secrets


@dataclass(frozen=True, kw_only=True)
class AddStaffMember:
    """The new account and its first password."""

    company_id: str
    name: str
    email: str
    phone: str = ""
    role: StaffRole
    password: str


async def add_staff_member(
    command: AddStaffMember, *, office: Office, passwords: Passwords, secrets: Secrets
) -> StaffMember:
    """Write the account and tell of it. Raises EmailTakenError."""
    if not command.name.strip():
        raise BadFieldError("Enter the person's name", field="name")
    refuse_weak(command.password)
    member = StaffMember(
        staff_id=secrets.new_id(),
        company_id=command.company_id,
        name=command.name.strip(),
        email=account_email(command.email),
        phone=command.phone.strip(),
        role=command.role,
        password_hash=await passwords.hash_of(command.password),
    )

    async def work(desk: Desk) -> StaffMember:
        await desk.company(command.company_id)
        await desk.write(member, events=[about_staff_member(member)])
        return member

    return await office.transaction(work)
