"""Billing may change its own documents, all of them but the ledger."""

from deploy.mongo.roles import BILLING_CHANGEABLE
from services.billing.main import COLLECTIONS
from shared.idempotency import IDEMPOTENCY
from shared.messaging.inbox import INBOX
from shared.messaging.outbox import OUTBOX
from shared.messaging.relay import LEASES

APPEND_ONLY = {"ledger"}


def test_billing_may_change_what_it_declares_and_nothing_else():
    declared = {c.name for c in (*COLLECTIONS, OUTBOX, INBOX, LEASES, IDEMPOTENCY)}

    assert declared >= APPEND_ONLY
    assert list(BILLING_CHANGEABLE) == sorted(declared - APPEND_ONLY)
