"""Scheduling, put together and run: `python -m services.scheduling.main`."""

import asyncio
import hashlib
import hmac
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from fastapi import FastAPI

from services.scheduling.adapters.argon_passwords import ArgonPasswords
from services.scheduling.adapters.collections import COLLECTIONS
from services.scheduling.adapters.gridfs_reports import GridFsReports
from services.scheduling.adapters.minting import KeyRingMint, SystemSecrets
from services.scheduling.adapters.mongo_door import MongoDoor
from services.scheduling.adapters.mongo_lookups import MongoLookups
from services.scheduling.adapters.mongo_office import MongoOffice
from services.scheduling.config import SchedulingConfig
from services.scheduling.entrypoints import command_line
from services.scheduling.entrypoints.events import retell, subscription
from services.scheduling.entrypoints.parts import Parts
from services.scheduling.entrypoints.routes import BODY_LIMITS, ROUTERS
from services.scheduling.entrypoints.visits import schedule_visits
from shared.idempotency import IDEMPOTENCY, IdempotencyKeys
from shared.identity import KeyRing
from shared.messaging.outbox import OUTBOX
from shared.mongo import Store
from shared.runtime import Runtime
from shared.ui import environment
from shared.webapp import create_app, serve

TEMPLATES = Path(__file__).parent / "entrypoints" / "templates"
MICROSECONDS_PER_MILLISECOND = 1000


def now() -> datetime:
    """Return the time as the database can keep it: to the millisecond."""
    at = datetime.now(UTC)
    kept = at.microsecond // MICROSECONDS_PER_MILLISECOND * MICROSECONDS_PER_MILLISECOND
    return at.replace(microsecond=kept)


def build_parts(config: SchedulingConfig, store: Store) -> Parts:
    """Put the adapters together."""
    signing_key = config.signing_key.get_secret_value().encode()
    csrf_secret = hmac.new(signing_key, b"form tokens", hashlib.sha256).hexdigest()
    return Parts(
        office=MongoOffice(store),
        door=MongoDoor(store),
        lookups=MongoLookups(store),
        passwords=ArgonPasswords(),
        secrets=SystemSecrets(),
        mint=KeyRingMint(KeyRing.from_config(config), csrf_secret),
        reports=GridFsReports(store),
        keys=IdempotencyKeys(store),
        now=now,
    )


def build_app(config: SchedulingConfig) -> FastAPI:
    """Return the application; nothing is opened before it starts."""
    store = Store(config.mongo_url.get_secret_value(), config.mongo_database)
    parts = build_parts(config, store)
    runtime = Runtime(
        service="scheduling",
        store=store,
        rabbit_url=config.rabbit_url.get_secret_value(),
        subscription=subscription(parts),
        collections=COLLECTIONS,
        background=(
            partial(retell, parts),
            partial(schedule_visits, parts, config.visits_days_ahead),
        ),
    )
    app = create_app(
        runtime=runtime,
        config=config,
        routers=ROUTERS,
        title="Doorstep scheduling",
        pages=environment(TEMPLATES),
        body_limits=BODY_LIMITS,
    )
    app.state.parts = parts
    return app


async def run_command(config: SchedulingConfig, arguments: Sequence[str]) -> int:
    """Run one operator's command beside the running service; return its exit code."""
    store = Store(config.mongo_url.get_secret_value(), config.mongo_database)
    try:
        await store.ensure((OUTBOX, IDEMPOTENCY, *COLLECTIONS))
        return await command_line.run(build_parts(config, store), arguments)
    finally:
        await store.close()


def main(arguments: Sequence[str]) -> None:
    """Serve until told to stop; with arguments, run that one command instead."""
    config = SchedulingConfig.load()
    if arguments:
        sys.exit(asyncio.run(run_command(config, arguments)))
    serve(lambda: build_app(config), config, "scheduling")


if __name__ == "__main__":
    main(sys.argv[1:])
