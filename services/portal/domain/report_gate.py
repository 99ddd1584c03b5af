"""Whether the report may be opened. One answer for every holder of every link (C29)."""

from typing import Literal

from services.portal.domain.views import InspectionView

ReportState = Literal["none", "locked", "open"]


def report_state(view: InspectionView) -> ReportState:
    """`none` before publishing; then `locked` until the whole inspection is settled (C8, C9).

    A balance that a refund reopened locks again, because billing says so in its next event.
    """
    inspection = view.inspection
    if inspection.status != "published" or not inspection.reports:
        return "none"
    policy = inspection.policy
    free = not policy.require_payment and not policy.collect_payment_after_publish
    by_hand = policy.unlocked_by_staff and not policy.require_payment_locked
    paid = view.balance is not None and view.balance.report_released
    return "open" if free or by_hand or paid else "locked"
