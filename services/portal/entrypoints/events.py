"""The bus: everything the read model is made of, a batch at a time."""

from collections.abc import Callable, Sequence

from services.portal.domain.facts import READERS
from services.portal.usecases.ports import Projections
from services.portal.usecases.project_events import project_events
from shared.messaging.subscription import Delivery, Subscription
from shared.mongo import Session


def subscription(projections: Callable[[Session], Projections]) -> Subscription:
    """Fold each batch into the views, in the transaction that holds the inbox rows."""

    async def handle(deliveries: Sequence[Delivery], session: Session) -> None:
        told = ((delivery.event, delivery.envelope.time) for delivery in deliveries)
        await project_events(told, projections(session))

    return Subscription(events=tuple(READERS), handle=handle)
