"""Start the sandbox: `python -m deploy.sandbox.main`."""

import logging

import uvicorn

from deploy.sandbox.app import build_app
from deploy.sandbox.settings import SandboxSettings
from deploy.sandbox.state.world import World

BANNER = "Doorstep sandbox. No real money moves. Never expose its /_sandbox routes."


def main() -> None:
    """Serve until told to stop; everything durable is in the state file."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    logging.getLogger("mail.log").setLevel(logging.WARNING)
    settings = SandboxSettings()
    print(BANNER, flush=True)
    uvicorn.run(
        build_app(World.opened(settings)),
        host=settings.http_host,
        port=settings.http_port,
        access_log=False,
        log_level="warning",
        timeout_graceful_shutdown=5,
    )


if __name__ == "__main__":
    main()
