"""A session secret becomes another 15 minutes of staff token."""

from dataclasses import replace
from datetime import datetime

from services.scheduling.domain.access import Session
from services.scheduling.domain.refusals import SessionEndedError
from services.scheduling.domain.staff import StaffMember
from services.scheduling.usecases.ports import Door, Mint, Secrets
from services.scheduling.usecases.sign_in import SignedIn


async def renew_session(
    session_secret: str, *, door: Door, secrets: Secrets, mint: Mint, now: datetime
) -> SignedIn:
    """Mint a new token; when the role changed since, the secret is replaced as well.

    Raises SessionEndedError for an unknown, idle (12 h) or old (7 d) session.
    """
    session = await door.session(secrets.digest(session_secret))
    if session is None or session.ends_at <= now:
        raise SessionEndedError
    member = await door.member(session.company_id, session.staff_id)
    if member is None or not member.active:
        await door.drop_session(session.secret_hash)
        raise SessionEndedError
    secret, seen = _rotated(session.seen(now), session_secret, member, secrets)
    await door.keep_session(seen)
    if seen.secret_hash != session.secret_hash:
        await door.drop_session(session.secret_hash)
    token = mint.staff_token(member, seen.session_id)
    return SignedIn(member=member, session=seen, session_secret=secret, staff_token=token)


def _rotated(
    session: Session, secret: str, member: StaffMember, secrets: Secrets
) -> tuple[str, Session]:
    if session.role == member.role:
        return secret, session
    fresh = secrets.new_secret()
    rotated = replace(
        session,
        session_id=secrets.new_id(),
        secret_hash=secrets.digest(fresh),
        role=member.role,
    )
    return fresh, rotated
