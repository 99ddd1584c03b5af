"""Billing, put together and run: `python -m services.billing.main`."""

import asyncio
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from uuid import uuid4

from fastapi import FastAPI

from services.billing.adapters import (
    mongo_books,
    mongo_event_inbox,
    mongo_split_rules,
    rebuilds,
    typst_printer,
)
from services.billing.adapters.lists import BillingLists
from services.billing.adapters.mongo_books import MongoBooks
from services.billing.adapters.mongo_event_inbox import MongoEventInbox
from services.billing.adapters.mongo_split_rules import MongoSplitRules
from services.billing.adapters.portal_links import PortalLinks
from services.billing.adapters.rebuilds import Rebuilds
from services.billing.adapters.report_figures import ReportFigures
from services.billing.adapters.stripe_calls import refuse_mixed_settings, stripe_client
from services.billing.adapters.stripe_gateway import StripeGateway
from services.billing.adapters.typst_printer import TypstPrinter
from services.billing.config import BillingConfig
from services.billing.entrypoints import command_line
from services.billing.entrypoints.events import subscription
from services.billing.entrypoints.loops import charge, heal, read_lists, retell, work_off
from services.billing.entrypoints.parts import Parts
from services.billing.entrypoints.routes import ROUTERS
from services.billing.entrypoints.webhooks import BODY_LIMITS
from shared.idempotency import IDEMPOTENCY, IdempotencyKeys
from shared.identity import KeyRing
from shared.messaging.outbox import OUTBOX, Outbox
from shared.mongo import Store
from shared.runtime import Runtime
from shared.service_client import ServiceClient
from shared.ui import environment
from shared.webapp import create_app, serve

TEMPLATES = Path(__file__).parent / "entrypoints" / "templates"
COLLECTIONS = (
    *mongo_books.COLLECTIONS,
    *mongo_event_inbox.COLLECTIONS,
    *mongo_split_rules.COLLECTIONS,
    *rebuilds.COLLECTIONS,
    *typst_printer.COLLECTIONS,
)
_MICROSECONDS = 1000


def now() -> datetime:
    """The time as the database can keep it: to the millisecond."""
    at = datetime.now(UTC)
    return at.replace(microsecond=at.microsecond // _MICROSECONDS * _MICROSECONDS)


def new_id() -> str:
    """A fresh opaque id."""
    return uuid4().hex


def build_parts(config: BillingConfig, store: Store) -> Parts:
    """Put the adapters together. Raises MixedStripeSettingsError."""
    secret_key = config.stripe_secret_key.get_secret_value()
    refuse_mixed_settings(
        secret_key=secret_key,
        api_base=config.stripe_api_base,
        production=config.environment == "production",
    )
    keys = IdempotencyKeys(store)
    return Parts(
        books=MongoBooks(store, Outbox(store, "billing"), keys),
        inbox=MongoEventInbox(store),
        gateway=StripeGateway(
            stripe_client(secret_key, config.stripe_api_base),
            secret_key=secret_key,
            secrets=config.webhook_secrets,
            own_accounts=config.stripe_own_accounts,
        ),
        printer=TypstPrinter(store),
        lists=BillingLists(store),
        reports=ReportFigures(store),
        rebuilds=Rebuilds(store),
        split_rules=MongoSplitRules(store),
        links=PortalLinks(ServiceClient(config.portal_url, "portal", KeyRing.from_config(config))),
        keys=keys,
        clock=now,
        new_id=new_id,
        own_accounts=config.stripe_own_accounts,
    )


def build_app(config: BillingConfig) -> FastAPI:
    """The application; nothing is opened before it starts."""
    store = Store(config.mongo_url.get_secret_value(), config.mongo_database)
    parts = build_parts(config, store)
    runtime = Runtime(
        service="billing",
        store=store,
        rabbit_url=config.rabbit_url.get_secret_value(),
        subscription=subscription(parts),
        collections=COLLECTIONS,
        background=[partial(loop, parts) for loop in (work_off, heal, read_lists, retell, charge)],
    )
    app = create_app(
        runtime=runtime,
        config=config,
        routers=ROUTERS,
        title="Doorstep billing",
        pages=environment(TEMPLATES),
        body_limits=BODY_LIMITS,
    )
    app.state.parts = parts
    return app


async def run_command(config: BillingConfig, arguments: Sequence[str]) -> int:
    """Run one operator's command beside the running service; return its exit code."""
    store = Store(config.mongo_url.get_secret_value(), config.mongo_database)
    try:
        await store.ensure((OUTBOX, IDEMPOTENCY, *COLLECTIONS))
        return await command_line.run(build_parts(config, store), arguments)
    finally:
        await store.close()


def main(arguments: Sequence[str]) -> None:
    """Serve until told to stop; with arguments, run that one command instead."""
    config = BillingConfig.load()
    if arguments:
        sys.exit(asyncio.run(run_command(config, arguments)))
    serve(lambda: build_app(config), config, "billing")


if __name__ == "__main__":
    main(sys.argv[1:])
