"""Every route of scheduling, and which of them take more than the usual megabyte."""

from services.scheduling.domain.report import REPORT_BYTES_MAX
from services.scheduling.entrypoints import (
    api_access,
    api_boxes,
    api_company,
    api_inspections,
    internal,
)

FORM_OVERHEAD_BYTES = 64 * 1024
REPORT_BODY_MAX = REPORT_BYTES_MAX + FORM_OVERHEAD_BYTES
BODY_LIMITS = {
    r"/api/scheduling/v1/inspections/[\w-]+/publish": REPORT_BODY_MAX,
    r"/api/scheduling/v1/inspections/[\w-]+/reports/[\w-]+": REPORT_BODY_MAX,
    r"/staff/scheduling/inspections/[\w-]+/publish": REPORT_BODY_MAX,
    r"/staff/scheduling/inspections/[\w-]+/reports/[\w-]+": REPORT_BODY_MAX,
}

ROUTERS = (
    api_access.router,
    api_company.router,
    api_inspections.router,
    api_boxes.router,
    internal.router,
)
