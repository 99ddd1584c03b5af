"""Which facts of the others scheduling listens to, and what it does with them."""

import asyncio

from services.scheduling.entrypoints.parts import Parts
from services.scheduling.usecases.note_rebuild import note_rebuild
from services.scheduling.usecases.remember_balance import remember_balance
from services.scheduling.usecases.remember_invoice import remember_invoice
from services.scheduling.usecases.remember_signature import remember_signature
from services.scheduling.usecases.tell_again import tell_again
from shared.contracts.billing import InspectionBalanceChangedV1, InvoiceChangedV1
from shared.contracts.portal import AgreementSignedV1, ViewRebuildRequestedV1
from shared.messaging.subscription import Delivery, Subscription, one_by_one
from shared.mongo import Session

LOOK_FOR_REBUILDS_SECONDS = 2.0


def subscription(parts: Parts) -> Subscription:
    """Return the table: fact -> use case."""

    async def balance(delivery: Delivery, session: Session) -> None:
        assert isinstance(delivery.event, InspectionBalanceChangedV1)  # noqa: S101 - the table below
        await remember_balance(delivery.event, desk=parts.office.desk(session))

    async def invoice(delivery: Delivery, session: Session) -> None:
        assert isinstance(delivery.event, InvoiceChangedV1)  # noqa: S101 - the table below
        await remember_invoice(delivery.event, desk=parts.office.desk(session))

    async def signature(delivery: Delivery, session: Session) -> None:
        assert isinstance(delivery.event, AgreementSignedV1)  # noqa: S101 - the table below
        await remember_signature(delivery.event, desk=parts.office.desk(session))

    async def rebuild(delivery: Delivery, session: Session) -> None:
        assert isinstance(delivery.event, ViewRebuildRequestedV1)  # noqa: S101 - the table below
        await note_rebuild(delivery.event, desk=parts.office.desk(session))

    return one_by_one(
        {
            InspectionBalanceChangedV1: balance,
            InvoiceChangedV1: invoice,
            AgreementSignedV1: signature,
            ViewRebuildRequestedV1: rebuild,
        }
    )


async def retell(parts: Parts) -> None:
    """Fulfil rebuilds for ever, one batch after the other; started by the runtime."""
    while True:
        if not await tell_again(office=parts.office):
            await asyncio.sleep(LOOK_FOR_REBUILDS_SECONDS)
