"""The session ends."""

from services.scheduling.usecases.ports import Door, Secrets


async def sign_out(session_secret: str, *, door: Door, secrets: Secrets) -> None:
    """Forget the session; one that is already gone is fine."""
    await door.drop_session(secrets.digest(session_secret))
