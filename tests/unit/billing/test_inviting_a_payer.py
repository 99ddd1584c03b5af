"""A client asks somebody of the People box to pay a part, and takes it back."""

import pytest

from services.billing.domain.company import PortalRules
from services.billing.domain.division import Share
from services.billing.domain.refusals import (
    FixedAmountTooLargeError,
    InvoiceNotFoundError,
    InvoicePaidError,
    NotificationsDisabledError,
    NotInPeopleError,
)
from services.billing.domain.split_refusals import (
    InvitationNotFoundError,
    InvitationsOffError,
    OnePersonEachError,
)
from services.billing.usecases.invite_payer import InvitePayer, invite_payer
from services.billing.usecases.preview_invitation import preview_invitation
from services.billing.usecases.withdraw_invitation import withdraw_invitation
from shared.contracts.billing import InvoiceSendRequestedV1
from tests.support.billing_examples import COMPANY, ELLEN, MARCUS
from tests.unit.billing.splitting import HALF, add, totals


@pytest.fixture
async def inviting(splitting):
    async def allow(books):
        settings = await books.settings(COMPANY)
        portal = PortalRules(clients_may_invite=True)
        await books.keep_settings(type(settings)(company_id=COMPANY, portal=portal))

    await splitting.books.write(allow)
    return splitting


async def invite(office, share=HALF, contact_id="marcus", *, only_look=False, **more):
    command = InvitePayer(
        company_id=COMPANY,
        client_invoice_id=more.get("client_invoice_id", "invoice-client"),
        invoice_id="third",
        send_id="send",
        contact_id=contact_id,
        share=share,
        invited_by=ELLEN.name,
    )
    work = preview_invitation if only_look else invite_payer
    return await work(command, books=office.books, clock=office.clock, own_accounts=False)


async def test_a_client_invites_a_payer_who_gets_the_mail_with_his_name(inviting):
    for _ in range(2):
        await invite(inviting)
    assert totals(inviting) == [40_000, 40_000]
    (mail,) = inviting.books.told(InvoiceSendRequestedV1)
    assert mail.invoice.payer.email == MARCUS.email
    assert mail.invoice.total_cents == 40_000
    assert "Ellen Park asks you to pay $400.00" in mail.body
    assert "{{ sign_and_pay }}" in mail.body
    assert inviting.bill.invoice("third").sent_at == inviting.clock()


async def test_a_client_takes_an_invitation_back_while_it_is_unpaid(inviting):
    await invite(inviting)
    await add(inviting, Share(fixed_cents=100), "mutual", invoice_id="staffs")

    async def withdraw(invoice_id):
        return await withdraw_invitation(
            company_id=COMPANY,
            client_invoice_id="invoice-client",
            invoice_id=invoice_id,
            books=inviting.books,
            clock=inviting.clock,
        )

    for not_his in ("staffs", "invoice-client", "unknown"):
        with pytest.raises(InvitationNotFoundError):
            await withdraw(not_his)
    await inviting.receive_cash(1_000, invoice_id="third")
    with pytest.raises(InvoicePaidError):
        await withdraw("third")
    await inviting.refund("cash-1", 1_000)
    for _ in range(2):
        await withdraw("third")
    assert totals(inviting) == [79_900, 0, 100]


async def test_what_a_client_may_not_invite(inviting):
    with pytest.raises(OnePersonEachError):
        await invite(inviting, contact_id="ellen")
    with pytest.raises(NotInPeopleError):
        await invite(inviting, contact_id="stranger")
    with pytest.raises(FixedAmountTooLargeError, match=r"cannot exceed \$800\.00$"):
        await invite(inviting, Share(fixed_cents=80_001))
    seen = await invite(inviting, Share(fixed_cents=80_001), only_look=True)
    assert seen.refusal.code == "fixed_amount_exceeds_balance"
    await inviting.follow(notifications_disabled=True)
    with pytest.raises(NotificationsDisabledError):
        await invite(inviting)
    assert totals(inviting) == [80_000]


async def test_invitations_are_off_unless_the_company_allows_them(splitting):
    with pytest.raises(InvitationsOffError):
        await invite(splitting)
    assert (await invite(splitting, only_look=True)).refusal.code == "invitations_off"
    await add(splitting, HALF)
    with pytest.raises(InvoiceNotFoundError):
        await invite(splitting, client_invoice_id="third")
