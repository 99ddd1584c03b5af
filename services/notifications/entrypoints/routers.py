"""All routes of the service."""

from services.notifications.entrypoints import (
    alert_pages,
    alert_stream,
    api,
    automation_api,
    automation_pages,
    email_pages,
    invoice_letters,
    settings_pages,
    share_pages,
)

ROUTERS = (
    alert_stream.router,
    alert_pages.router,
    email_pages.router,
    share_pages.router,
    invoice_letters.router,
    automation_pages.router,
    settings_pages.router,  # last of the settings: its paths take any name
    api.router,
    automation_api.router,
)
