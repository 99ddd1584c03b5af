"""Every route of scheduling, and which of them take more than the usual megabyte."""

from services.scheduling.domain.report import REPORT_BYTES_MAX
from services.scheduling.entrypoints import (
    api_access,
    api_accounts,
    api_boxes,
    api_company,
    api_custom_fields,
    api_inspections,
    api_orders,
    api_recurring,
    api_reports,
    internal,
    pages_account_tasks,
    pages_accounts,
    pages_booking,
    pages_custom_fields,
    pages_inspection,
    pages_lines,
    pages_moves,
    pages_people,
    pages_recurring,
    pages_reports,
    pages_schedule,
    pages_settings,
    pages_sign_in,
    pages_sites,
    pages_team,
)

FORM_OVERHEAD_BYTES = 64 * 1024
REPORT_BODY_MAX = REPORT_BYTES_MAX + FORM_OVERHEAD_BYTES
BODY_LIMITS = {
    r"/api/scheduling/v1/inspections/[\w-]+/publish": REPORT_BODY_MAX,
    r"/api/scheduling/v1/inspections/[\w-]+/reports/[\w-]+": REPORT_BODY_MAX,
    r"/staff/scheduling/inspections/[\w-]+/publish": REPORT_BODY_MAX,
    r"/staff/scheduling/inspections/[\w-]+/reports/[\w-]+/replace": REPORT_BODY_MAX,
}

ROUTERS = (
    api_access.router,
    api_company.router,
    api_accounts.router,
    api_custom_fields.router,
    api_orders.router,
    api_recurring.router,
    api_inspections.router,
    api_reports.router,
    api_boxes.router,
    internal.router,
    pages_sign_in.router,
    pages_schedule.router,
    pages_booking.router,
    pages_lines.router,
    pages_people.router,
    pages_reports.router,
    pages_moves.router,
    pages_settings.router,
    pages_team.router,
    pages_accounts.router,
    pages_recurring.router,
    pages_account_tasks.router,
    pages_sites.router,
    pages_custom_fields.router,
    pages_inspection.pages,
    pages_inspection.fragments,
)
