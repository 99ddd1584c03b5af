"""The people who sign in to the staff pages, and what their roles are called."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from services.scheduling.domain.inspection import Inspector
from services.scheduling.domain.refusals import BadFieldError, LastOwnerError

StaffRole = Literal["owner", "office", "inspector", "read_only"]
PASSWORD_LENGTH_MIN, PASSWORD_LENGTH_MAX = 10, 200


@dataclass(frozen=True, kw_only=True)
class StaffMember:
    """One account. `email` is kept in lower case and belongs to one account only."""

    staff_id: str
    company_id: str
    name: str
    email: str
    phone: str = ""
    role: StaffRole
    active: bool = True
    password_hash: str
    revision: int = 1

    @property
    def inspector(self) -> Inspector:
        """How inspections name this person."""
        return Inspector(staff_id=self.staff_id, name=self.name, phone=self.phone)

    def changed(self, **facts: object) -> "StaffMember":
        """Return the account with other facts; None leaves a fact as it is."""
        given = {name: value for name, value in facts.items() if value is not None}
        after = replace(self, **given)  # type: ignore[arg-type]  # names are the callers' fields
        if not after.name.strip():
            raise BadFieldError("Enter the person's name", field="name")
        return self if after == self else replace(after, revision=self.revision + 1)


def refuse_without_owner(team: Iterable[StaffMember]) -> None:
    """A company whose settings nobody may change any more is not allowed to come about."""
    if not any(member.role == "owner" and member.active for member in team):
        raise LastOwnerError


def refuse_weak(password: str) -> None:
    """Refuse a password that is too short to be one, or longer than we would hash."""
    if not PASSWORD_LENGTH_MIN <= len(password) <= PASSWORD_LENGTH_MAX:
        raise BadFieldError(
            f"Use a password of at least {PASSWORD_LENGTH_MIN} characters", field="password"
        )


def account_email(typed: str) -> str:
    """Return the address as accounts are found by it."""
    return typed.strip().lower()
