"""The company's look on its clients' pages."""

from services.portal.domain.views import CompanyView
from shared.contracts.jobs import Site
from shared.ui import Brand
from shared.ui.navigation import DEFAULT_HUE, HUES


def brand_of(view: CompanyView) -> Brand:
    """Name, contact and colour; the platform's own name never appears to clients."""
    company = view.company
    return Brand(
        name=company.name,
        tagline=company.tagline,
        phone=company.phone,
        email=company.email,
        hue=hue_name(company.hue),
    )


def town(site: Site) -> str:
    """`Bend, OR 97702`, or as much of it as is known."""
    region = f"{site.region} {site.postal_code}".strip()
    return ", ".join(part for part in (site.city, region) if part)


def hue_name(hue: int) -> str:
    """The offered colour nearest to a hue of 0-359."""

    def distance(name: str) -> int:
        apart = abs(HUES[name] - hue) % 360
        return min(apart, 360 - apart)

    return min(HUES, key=lambda name: (distance(name), name != DEFAULT_HUE))
