"""What happens to a checkout session when its payment or setup moves."""

from deploy.sandbox.state.scope import Scope
from deploy.sandbox.state.store import Json


def session_of(scope: Scope, intent: Json) -> Json | None:
    """Give the checkout session an intent belongs to."""
    return scope.get(scope.private(intent["id"]).get("session"))


def complete(scope: Scope, session: Json, *, payment_status: str) -> Json:
    """The payer is done; the page is no longer there."""
    session |= {"status": "complete", "payment_status": payment_status, "url": None}
    scope.save(session)
    scope.cancel_timers(session["id"])
    scope.emit("checkout.session.completed", session)
    return session


def debit_settled(scope: Scope, intent: Json, *, succeeded: bool) -> None:
    """A bank debit that was processing when its session completed has ended."""
    session = session_of(scope, intent)
    if session is None or session["payment_status"] == "paid":
        return
    if succeeded:
        session["payment_status"] = "paid"
        scope.save(session)
    outcome = "succeeded" if succeeded else "failed"
    scope.emit(f"checkout.session.async_payment_{outcome}", session)
