"""The bus: everything the read model is made of, a batch at a time."""

from collections.abc import Callable, Sequence

from services.portal.domain.account_facts import ACCOUNT_READERS
from services.portal.domain.facts import READERS
from services.portal.usecases.end_sign_ins import end_sign_ins
from services.portal.usecases.ports import Projections
from services.portal.usecases.ports_accounts import RowProjections, SignInEnding
from services.portal.usecases.project_account_rows import project_account_rows
from services.portal.usecases.project_events import project_events
from shared.messaging.subscription import Delivery, Subscription
from shared.mongo import Session

HEARD = tuple(dict.fromkeys((*READERS, *ACCOUNT_READERS)))


def subscription(
    projections: Callable[[Session], Projections],
    rows: Callable[[Session], RowProjections],
    ending: Callable[[Session], SignInEnding],
) -> Subscription:
    """Fold each batch into views and rows, in the transaction that holds the inbox rows.

    Sign-ins of people whom an account has lost end in it too.
    """

    async def handle(deliveries: Sequence[Delivery], session: Session) -> None:
        told = [(delivery.event, delivery.envelope.time) for delivery in deliveries]
        await project_account_rows([event for event, _ in told], rows(session))
        await end_sign_ins(told, ending(session))
        await project_events(told, projections(session))

    return Subscription(events=HEARD, handle=handle)
