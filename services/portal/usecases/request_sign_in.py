"""Somebody of a customer account asks to be let in."""

import hashlib
from datetime import datetime

from services.portal.domain.account_access import MAIL_PAUSE, portal_offered
from services.portal.domain.account_rows import AccountRow, fold_address
from services.portal.usecases.mint_link import Randomness
from services.portal.usecases.ports import Views
from services.portal.usecases.ports_accounts import Accounts, SignIns
from shared.contracts.portal import SignInLinkRequestedV1


async def request_sign_in(
    email: str,
    accounts: Accounts,
    views: Views,
    sign_ins: SignIns,
    *,
    randomness: Randomness,
    now: datetime,
) -> None:
    """Tell notifications to mail a link, one per company that has this address in an account.

    The asker learns nothing: there is no answer, and this runs after the page was sent. Plans
    without the portal (R60) and repeats within a minute are dropped quietly.
    """
    first: dict[str, AccountRow] = {}
    for company_id, row in await accounts.with_email(email):
        first.setdefault(company_id, row)
    for company_id, row in first.items():
        company = await views.company(company_id)
        person = row.person(email)
        if company is None or person is None or not portal_offered(company):
            continue
        event = SignInLinkRequestedV1(
            company_id=company_id,
            request_id=randomness.new_id(),
            account_id=row.account_id,
            account_name=row.account.name,
            contact_id=person.contact_id,
            recipient=person.email,
            recipient_name=person.name,
            requested_at=now,
        )
        key = hashlib.sha256(f"{company_id}:{fold_address(email)}".encode()).hexdigest()
        await sign_ins.request(key, now, now - MAIL_PAUSE, [event])
