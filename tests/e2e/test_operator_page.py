"""The operator's page in a browser: nothing for axe, never too wide, a quiet console."""

import pytest
import pytest_asyncio

from deploy.product import OPERATOR, SERVICES
from shared.contracts.billing import InvoiceChangedV1
from tests.integration.test_operator_page import NOBODYS, send
from tests.support.browser import faults
from tests.support.shelves import clear_shelves
from tests.support.stack import OPERATOR_PASSWORD

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(90)]
CREDENTIALS = {"username": OPERATOR, "password": OPERATOR_PASSWORD}


@pytest_asyncio.fixture(autouse=True, scope="module", loop_scope="session")
async def _shelves(_running):
    yield
    await clear_shelves(_running)


@pytest.mark.parametrize("service", SERVICES)
async def test_the_page_has_nothing_to_complain_about(people, stack, service):
    await send(stack, "billing", InvoiceChangedV1.name, b"not an event", f"malformed-{service}")
    await send(stack, "portal", NOBODYS, b"{}", f"nobodys-{service}")
    page = await people.stranger(
        f"{stack.services[service]}/operator", http_credentials=CREDENTIALS
    )
    assert await page.title() == f"Operator: {service} | Doorstep"
    assert await faults(page) == {}
