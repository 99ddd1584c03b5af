"""Role, name, phone, password of a team member; and whether he may sign in at all."""

from dataclasses import dataclass

from services.scheduling.domain.staff import (
    StaffMember,
    StaffRole,
    refuse_weak,
    refuse_without_owner,
)
from services.scheduling.usecases._facts import about_staff_member
from services.scheduling.usecases.ports import Desk, Office, Passwords


@dataclass(frozen=True, kw_only=True)
class ChangeStaffMember:
    """Facts to change; None leaves one as it is."""

    company_id: str
    staff_id: str
    name: str | None = None
    phone: str | None = None
    role: StaffRole | None = None
    active: bool | None = None
    password: str | None = None


async def change_staff_member(
    command: ChangeStaffMember, *, office: Office, passwords: Passwords
) -> StaffMember:
    """Change the account; a new password or deactivation ends its sessions.

    A changed role is noticed when the session is renewed, which gives it a new secret.
    Raises LastOwnerError when nobody could change the settings any more.
    """
    password_hash = None
    if command.password is not None:
        refuse_weak(command.password)
        password_hash = await passwords.hash_of(command.password)

    async def work(desk: Desk) -> StaffMember:
        before = await desk.staff_member(command.company_id, command.staff_id)
        after = before.changed(
            name=command.name,
            phone=command.phone,
            role=command.role,
            active=command.active,
            password_hash=password_hash,
        )
        if after == before:
            return before
        team = await desk.team(command.company_id)
        refuse_without_owner([after, *(m for m in team if m.staff_id != after.staff_id)])
        await desk.write(after, before=before, events=[about_staff_member(after)])
        if password_hash or not after.active:
            await desk.end_sessions(command.company_id, command.staff_id)
        return after

    return await office.transaction(work)
