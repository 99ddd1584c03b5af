"""An account customer's people have changed: whoever is not among them any more is signed out."""

from collections.abc import Iterable
from datetime import datetime

from services.portal.domain.account_facts import account_addresses
from services.portal.usecases.ports_accounts import SignInEnding
from shared.contracts.event import Event
from shared.contracts.scheduling_accounts import CustomerAccountChangedV1


async def end_sign_ins(told: Iterable[tuple[Event, datetime]], ending: SignInEnding) -> None:
    """End for good what was begun before the change was told; right for any order and repeats.

    A page asks anew who is of the account, so such a session opens nothing even before this. But
    a person who is put back signs in again: the old session and link stay dead.
    """
    for event, told_at in told:
        if isinstance(event, CustomerAccountChangedV1):
            await ending.end_all(
                event.account.account_id, but_of=account_addresses(event.account), before=told_at
            )
