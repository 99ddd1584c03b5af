"""What the client signs: a text with placeholders, filled in per inspection, in versions."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from services.scheduling.domain.refusals import NothingToUpdateError, UnknownPlaceholderError

PLACEHOLDER = re.compile(r"\{\{\s*([a-z_]+)\s*\}\}")
PLACEHOLDERS = frozenset(
    {"client", "company", "property", "date", "time", "inspector", "services", "total", "number"}
)

DEFAULT_TITLE = "Inspection agreement"
DEFAULT_TEXT = """This agreement is between {{client}} (the client) and {{company}} (the company) \
for the inspection {{number}} of {{property}} on {{date}} at {{time}}.

The company will carry out these services: {{services}}. The fee is {{total}}. Services added or \
removed later change the fee.

The inspection is a visual examination of the parts that are safely accessible on that day. It is \
not a guarantee, an insurance policy or a certification of compliance with building codes, and it \
does not cover concealed defects.

The report is prepared for the client alone. The client may share it with an agent or lender, but \
nobody else may rely on it.

If the company has made an error, the client will tell the company in writing within ten days of \
discovering it and give the company the opportunity to look again before anything is repaired. The \
company's liability is limited to the fee paid for the inspection."""


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """One inspection's agreement as it stands; `version` counts texts, `revision` all changes."""

    agreement_id: str
    company_id: str
    inspection_id: str
    version: int
    title: str
    text: str
    total_cents: int
    issued_on: date
    signed_version: int = 0
    signed_by: str = ""
    signed_at: datetime | None = None
    dismissed_total_cents: int | None = None
    """The new amount for which staff pressed `Dismiss` (R58)."""
    revision: int = 1

    @property
    def signed(self) -> bool:
        """Whether the present version is signed."""
        return self.signed_version == self.version

    def is_behind(self, total_cents: int) -> bool:
        """Whether staff should be asked to update or dismiss (R58)."""
        return total_cents not in (self.total_cents, self.dismissed_total_cents)

    def regenerated(self, *, title: str, text: str, total_cents: int, today: date) -> "Agreement":
        """Return the next version with the new amount; refused when the text would not change."""
        if (title, text, total_cents) == (self.title, self.text, self.total_cents):
            raise NothingToUpdateError
        return replace(
            self,
            version=self.version + 1,
            title=title,
            text=text,
            total_cents=total_cents,
            issued_on=today,
            dismissed_total_cents=None,
            revision=self.revision + 1,
        )

    def dismissed(self, total_cents: int) -> "Agreement":
        """Leave the text as it is, although the inspection now costs something else (R58)."""
        if self.dismissed_total_cents == total_cents:
            return self
        return replace(self, dismissed_total_cents=total_cents, revision=self.revision + 1)

    def signed_as(self, *, version: int, signed_by: str, signed_at: datetime) -> "Agreement":
        """Note a signature; one for an earlier version than already known changes nothing."""
        if version <= self.signed_version:
            return self
        return replace(
            self,
            signed_version=version,
            signed_by=signed_by,
            signed_at=signed_at,
            revision=self.revision + 1,
        )


def refuse_unknown(text: str) -> None:
    """Refuse a text that names a placeholder nobody could fill in."""
    unknown = sorted(set(PLACEHOLDER.findall(text)) - PLACEHOLDERS)
    if unknown:
        raise UnknownPlaceholderError(
            f"The agreement names {{{{{unknown[0]}}}}}, which we cannot fill in. "
            f"Known are {', '.join(sorted(PLACEHOLDERS))}.",
            field="agreement_text",
        )


def filled_in(text: str, facts: Mapping[str, str]) -> str:
    """Replace every placeholder once; what a client typed is never read as a placeholder."""
    return PLACEHOLDER.sub(lambda found: facts.get(found[1], ""), text)
