"""All routes of the service."""

from services.notifications.entrypoints import (
    alert_api,
    alert_pages,
    alert_resource_pages,
    alert_stream,
    api,
    automation_api,
    automation_pages,
    calendar_pages,
    email_pages,
    internal,
    invoice_letters,
    preference_pages,
    reminder_api,
    reminder_pages,
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
    alert_resource_pages.router,
    preference_pages.router,
    calendar_pages.router,
    reminder_pages.router,
    settings_pages.router,  # last of the settings: its paths take any name
    api.router,
    automation_api.router,
    alert_api.router,
    reminder_api.router,
    internal.router,
)
