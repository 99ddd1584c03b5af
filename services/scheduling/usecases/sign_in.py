"""E-mail and password become a session."""

from dataclasses import dataclass
from datetime import datetime

from services.scheduling.domain.access import ATTEMPTS_WINDOW, Session
from services.scheduling.domain.refusals import WrongPasswordError
from services.scheduling.domain.staff import StaffMember, account_email
from services.scheduling.usecases.ports import Door, Mint, Passwords, Secrets


@dataclass(frozen=True, kw_only=True)
class SignIn:
    """What was typed, and the address it came from."""

    email: str
    password: str
    address: str


@dataclass(frozen=True, kw_only=True)
class SignedIn:
    """The secret for the browser (kept nowhere else), and the short token for all services."""

    member: StaffMember
    session: Session
    session_secret: str
    staff_token: str


async def sign_in(
    command: SignIn,
    *,
    door: Door,
    passwords: Passwords,
    secrets: Secrets,
    mint: Mint,
    now: datetime,
) -> SignedIn:
    """Open a session. Raises WrongPasswordError, the same for every reason, or TooManyAttempts."""
    email = account_email(command.email)
    member = await checked_account(
        email, command.password, command.address, door=door, passwords=passwords, now=now
    )
    secret = secrets.new_secret()
    session = Session(
        session_id=secrets.new_id(),
        secret_hash=secrets.digest(secret),
        company_id=member.company_id,
        staff_id=member.staff_id,
        role=member.role,
        opened_at=now,
        seen_at=now,
    )
    await door.keep_session(session)
    token = mint.staff_token(member, session.session_id)
    return SignedIn(member=member, session=session, session_secret=secret, staff_token=token)


async def checked_account(
    email: str, password: str, address: str, *, door: Door, passwords: Passwords, now: datetime
) -> StaffMember:
    """Return the active account these belong to; wrong tries are counted before the answer."""
    attempts = await door.attempts(email, address, since=now - ATTEMPTS_WINDOW)
    attempts.refuse_too_many()
    member = await door.account(email)
    fits = await passwords.fits(password, member.password_hash if member else None)
    if member is None or not fits or not member.active:
        await door.note_failure(email, address, at=now)
        raise WrongPasswordError
    await door.forget_failures(email, address)
    return member
