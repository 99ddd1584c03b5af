import httpx
import pytest

from services.scheduling.config import SchedulingConfig
from services.scheduling.entrypoints.routes import BODY_LIMITS, ROUTERS
from services.scheduling.main import TEMPLATES
from shared.identity import KeyRing, Staff
from shared.ui import environment
from tests.support import shared_app
from tests.support.scheduling_samples import World

ORIGIN = "http://doorstep.test"


@pytest.fixture
async def world():
    """A company with two services and nothing booked."""
    return await World().founded()


class Browser:
    """The staff pages and the API, with the ports in memory."""

    def __init__(self, world: World, http: httpx.AsyncClient, keyring: KeyRing) -> None:
        self.world = world
        self.http = http
        self.keyring = keyring

    def signed_in(self, role: str = "owner", company_id: str = "") -> "Browser":
        staff = Staff(
            company_id=company_id or self.world.company_id,
            staff_id=self.world.owner_id,
            name="Priya Raman",
            role=role,
            session_id="session-1",
            csrf_token="form-token",
        )
        self.http.cookies.set("doorstep_staff", self.keyring.mint_staff(staff))
        bearer = self.keyring.mint_staff(staff, audience="api")
        self.http.headers["authorization"] = f"Bearer {bearer}"
        return self

    async def post(self, path: str, data: dict | None = None, **options) -> httpx.Response:
        fields = {"csrf_token": "form-token", "idempotency_key": "key-1", **(data or {})}
        return await self.http.post(path, data=fields, **options)


@pytest.fixture(scope="session")
def app():
    """Built once; each test gives it ports of its own."""
    settings = SchedulingConfig(**shared_app.config("scheduling").model_dump())
    return shared_app.app(
        *ROUTERS,
        service="scheduling",
        settings=settings,
        pages=environment(TEMPLATES),
        body_limits=BODY_LIMITS,
    )


@pytest.fixture
async def browser(app, world):
    keyring = shared_app.keyring("scheduling")
    app.state.parts = world.parts()
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(
        transport=transport, base_url=ORIGIN, headers={"accept": "text/html"}
    ) as http:
        yield Browser(world, http, keyring)


@pytest.fixture
async def inspection(world):
    return await world.booked()


@pytest.fixture
def path(inspection):
    return f"/staff/scheduling/inspections/{inspection.inspection_id}"


@pytest.fixture
def owner(browser):
    return browser.signed_in()
