"""Who may do what: roles, keys, forms of other sites, and what the public cannot reach at all."""

from uuid import uuid4

import httpx
import pytest

from deploy.demo.office import Office
from tests.support.product import PASSWORD, Booking, Company
from tests.support.published_api import Operation, ask, operations
from tests.support.refusals import problem, refusal
from tests.support.visitor import Page, Visitor

NAMES = (
    "account_id alert_id automation_id contact_id field_id inspection_id invoice_id key_id"
    " line_id link_id mail_id order_id payment_id prepayment_id recurring_id report_id rule_id"
    " run_id service_id site_id staff_id subject_id ticket_id"
)
IDS = {**dict.fromkeys(NAMES.split(), "0" * 32), "kind": "account"}
MONEY = ("/payments", "/refunds", "/send", "/cancel-deferral", "/unlock", "/lock", "/settings")
OWNER_ONLY = (
    "/staff",
    "/api-keys",
    "/company",
    "/services",
    "/v1/custom-fields",
    "/billing/v1/settings",
    "/portal/v1/settings",
    "/v1/split-rules",
    "/v1/automations",
    "/v1/alert-resources",
    "/v1/reminders",
)
HIS_OWN = "put /api/notifications/v1/me/mail-preference"
"""Everybody says how he wants to be written to."""


def colleague(company: Company, role: str) -> tuple[str, Office]:
    """Somebody of this role, signed in: the address and the hands."""
    email = f"{role}-{uuid4().hex[:8]}@example.com".replace("_", "-")
    member = {"name": role, "email": email, "role": role, "password": PASSWORD}
    company.office.post("scheduling/v1/staff", member)
    return email, Office(company.stack.gateway, email, PASSWORD).sign_in()


def refused_to(company: Company, token: str) -> tuple[list[str], list[str]]:
    """What this caller is forbidden, and what else (unknown ids stand for the things)."""
    forbidden, open_ = [], []
    headers = {"Authorization": token}
    with httpx.Client(base_url=company.stack.gateway, headers=headers, timeout=30) as browser:
        for operation in operations(company.stack.gateway):
            answer = ask(browser, operation, IDS)
            assert answer.status_code < 500, (operation.path, answer.text)
            (forbidden if not_for_him(answer) else open_).append(named(operation))
    return forbidden, open_


def not_for_him(answer: httpx.Response) -> bool:
    """Refused for who he is; a company that has something switched off refuses everybody."""
    return answer.status_code == 403 and answer.json()["code"] == "forbidden"


def named(operation: Operation) -> str:
    return f"{operation.method} {operation.path}"


def test_who_may_only_read_can_change_nothing(company: Company) -> None:
    _email, office = colleague(company, "read_only")
    with office:
        forbidden, open_ = refused_to(company, office._http.headers["Authorization"])
    assert len(forbidden) > 25
    assert [what for what in open_ if not what.startswith("get ")] == [HIS_OWN]


def test_an_inspector_schedules_and_publishes_but_touches_no_money(company: Company) -> None:
    _email, office = colleague(company, "inspector")
    with office:
        forbidden, open_ = refused_to(company, office._http.headers["Authorization"])
    changing = [what for what in open_ if not what.startswith("get ")]
    assert any("/publish" in what for what in changing)
    assert any("/lines" in what for what in changing)
    assert [what for what in changing if what.endswith(MONEY)] == []
    assert [what for what in changing if "/staff" in what or "/api-keys" in what] == []
    assert "patch /api/scheduling/v1/company/policy" in forbidden


def test_the_office_changes_everything_but_the_settings(company: Company) -> None:
    _email, office = colleague(company, "office")
    with office:
        forbidden, open_ = refused_to(company, office._http.headers["Authorization"])
    assert any("/refunds" in what for what in open_)
    assert {"patch /api/scheduling/v1/company/policy", "post /api/scheduling/v1/staff"} <= set(
        forbidden
    )
    assert [what for what in forbidden if not any(word in what for word in OWNER_ONLY)] == [], (
        "an office is refused settings only"
    )


def test_an_api_key_can_do_what_it_was_made_for(company: Company) -> None:
    key = company.office.post("scheduling/v1/api-keys", {"name": "Reader", "scopes": ["read"]})
    with httpx.Client(base_url=company.stack.gateway, timeout=30) as program:
        answer = program.post("/api/scheduling/v1/tokens", json={"api_key": key["api_key"]})
        token = f"Bearer {answer.raise_for_status().json()['access_token']}"
        forbidden, open_ = refused_to(company, token)
        assert [what for what in open_ if not what.startswith("get ")] == []
        assert "post /api/billing/v1/payments/{payment_id}/refunds" in forbidden
        company.office.post(f"scheduling/v1/api-keys/{key['key_id']}/revoke", {})
        ended = program.post("/api/scheduling/v1/tokens", json={"api_key": key["api_key"]})
        assert problem(ended)["status"] == 401


def test_a_colleague_who_left_cannot_come_back(company: Company) -> None:
    email, office = colleague(company, "office")
    with office:
        team = office.get("scheduling/v1/staff")["items"]
        staff_id = next(member["staff_id"] for member in team if member["email"] == email)
        company.office.patch(f"scheduling/v1/staff/{staff_id}", {"active": False})
        assert refusal(office.sign_in)["status"] == 401
    browser = company.visitor()
    page = browser.open("/staff/scheduling/sign-in")
    refused = browser.submit(page.form("Sign in"), email=email, password=PASSWORD)
    assert refused.status == 422
    assert "Email address or password is not right" in refused.text


def test_a_role_is_respected_by_the_pages_too(company: Company) -> None:
    booking = company.book()
    booking.invoice()
    email, office = colleague(company, "read_only")
    office.close()
    browser = company.visitor()
    page = browser.open("/staff/scheduling/sign-in")
    browser.submit(page.form("Sign in"), email=email, password=PASSWORD)
    money = browser.open(f"/staff/billing/inspections/{booking.inspection_id}/payments")
    assert money.status == 200
    assert "Your role may look at payments, not record them." in money.text
    owner = company.staff_browser()
    form = owner.open(f"/staff/billing/inspections/{booking.inspection_id}/payments").form(
        "Record payment"
    )
    for address in (
        form.action,
        f"/staff/scheduling/inspections/{booking.inspection_id}/cancel",
        f"/staff/notifications/inspections/{booking.inspection_id}/share",
    ):
        answer = post(browser, address, {**form.values, "csrf_token": own_token(money)})
        assert answer.status_code == 403, address
    assert booking.invoice()["payments"] == []


def own_token(page: Page) -> str:
    """The form token of whoever sees this page."""
    field = page.soup.select_one("[name=csrf_token]")
    return str(field["value"]) if field else ""


def post(visitor: Visitor, address: str, fields: dict[str, str], **headers: str) -> httpx.Response:
    return visitor.http.post(address, data=fields, headers=headers)


@pytest.fixture
def booking(company: Company) -> Booking:
    return company.book()


def test_a_form_of_another_site_does_nothing(booking: Booking) -> None:
    invoice = booking.invoice()
    staff = booking.company.staff_browser()
    page = staff.open(f"/staff/billing/inspections/{booking.inspection_id}/payments")
    form = page.form("Record payment")
    without = {name: value for name, value in form.values.items() if name != "csrf_token"}
    own = {"Origin": booking.company.stack.gateway, "Sec-Fetch-Site": "same-origin"}
    attempts = [
        post(staff, form.action, without, **own),
        post(staff, form.action, {**without, "csrf_token": "x" * 43}, **own),
        post(staff, form.action, form.values, Origin="https://evil.example"),
        post(staff, form.action, form.values, **{"Sec-Fetch-Site": "cross-site"}),
        post(staff, form.action, form.values, **{"Sec-Fetch-Site": "same-site"}),
        post(staff, form.action, form.values, Origin="null"),
    ]
    for number, answer in enumerate(attempts):
        assert answer.status_code == 403, number
        assert "This form is out of date" in answer.text
    assert booking.invoice() == invoice
    assert post(staff, form.action, form.values, **own).status_code == 303
    booking.wait_invoice(status="paid")


def test_a_clients_forms_are_his_own_too(booking: Booking) -> None:
    client = booking.client()
    agreement = client.browser.open(client.page.link("Sign")).form("Sign agreement")
    signed = {**agreement.values, "signed_by": "Ellen Park", "accepted": "on"}
    for form, values in (
        (client.page.form("Pay $"), client.page.form("Pay $").values),
        (agreement, signed),
    ):
        without = {name: value for name, value in values.items() if name != "csrf_token"}
        for answer in (
            post(client.browser, form.action, without),
            post(client.browser, form.action, values, Origin="https://evil.example"),
            post(client.browser, form.action, values, **{"Sec-Fetch-Site": "cross-site"}),
        ):
            assert answer.status_code == 403, form.action
    assert "Agreement signed" not in client.reload().text
    assert booking.invoice()["status"] == "open"


def test_a_sign_in_form_of_another_site_is_refused(company: Company) -> None:
    fields = {"email": company.owner_email, "password": company.owner_password}
    answer = post(
        company.visitor(), "/staff/scheduling/sign-in", fields, Origin="https://evil.example"
    )
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


def test_what_services_tell_each_other_is_not_for_the_public(booking: Booking) -> None:
    invoice_id = booking.invoice()["invoice_id"]
    paths = (
        f"/internal/v1/invoices/{invoice_id}/document?company_id=x",
        f"/internal/v1/inspections/{booking.inspection_id}/reports/x?company_id=x",
        "/internal/v1/accounts/x/calendar?company_id=x",
        "/internal/v1/links",
        "/health/ready",
        "/health/live",
        "/metrics",
        "/_sandbox/mails",
        "/_sandbox/clock/advance",
        "/v1/payment_intents",
        "/openapi.json",
        "/docs",
    )
    prefixes = ("", "/staff/billing/..", "/api/billing/v1/..", "/p/i/..", "/sandbox/..")
    with httpx.Client(base_url=booking.company.stack.gateway, timeout=30) as browser:
        for path in paths:
            for prefix in prefixes:
                for method in ("GET", "POST"):
                    answer = browser.request(method, prefix + path)
                    assert answer.status_code in {400, 404, 405}, (method, prefix + path)


def test_even_inside_the_network_a_service_needs_its_own_key(booking: Booking) -> None:
    about = f"inspections/{booking.inspection_id}/reports/x"
    invoice = f"invoices/{booking.invoice()['invoice_id']}/document"
    stack = booking.company.stack
    staff = booking.company.office._http.headers["Authorization"]
    for token in ("", "Bearer nonsense", staff):
        asked = [
            httpx.get(
                f"{stack.services[service]}/internal/v1/{path}",
                params={"company_id": "x"},
                headers={"Authorization": token},
                timeout=30,
            )
            for service, path in (
                ("scheduling", about),
                ("billing", invoice),
                ("notifications", "accounts/x/calendar"),
            )
        ]
        minting = f"{stack.services['portal']}/internal/v1/links"
        asked.append(httpx.post(minting, json={}, headers={"Authorization": token}, timeout=30))
        for answer in asked:
            assert problem(answer)["status"] == 401, answer.url


def test_every_page_carries_the_security_headers(booking: Booking) -> None:
    client = booking.client()
    staff = booking.company.staff_browser()
    about = f"inspections/{booking.inspection_id}"
    own = client.browser
    pages = [
        staff.open(path)
        for path in (
            "/staff/scheduling/schedule",
            "/staff/scheduling/inspections",
            "/staff/scheduling/inspections/new",
            f"/staff/scheduling/{about}",
            "/staff/scheduling/settings/client-portal",
            "/staff/scheduling/settings/company",
            "/staff/scheduling/settings/services",
            "/staff/scheduling/settings/staff",
            f"/staff/billing/{about}/payments",
            "/staff/billing/invoices",
            "/staff/billing/settings",
            f"/staff/notifications/{about}/share",
            f"/staff/notifications/{about}/emails",
            "/staff/notifications/alerts",
            "/staff/notifications/mail",
        )
    ]
    pages += [own.open(client.home), own.open(f"{client.home}/agreement")]
    for page in pages:
        assert page.status == 200, page.url
        policy = page.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; "), page.url
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert page.headers["x-content-type-options"] == "nosniff"
        assert page.headers["x-frame-options"] == "DENY"
        assert page.headers["referrer-policy"] == "no-referrer"
        assert page.headers["cross-origin-opener-policy"] == "same-origin"
        assert page.headers["permissions-policy"]
        assert page.headers["cache-control"] == "no-store"
        assert "noindex" in page.headers["x-robots-tag"]
        assert not page.soup.select("[style], script:not([src]), [onclick], [onload]"), page.url
    cookies = {cookie.name: cookie for cookie in (*own.http.cookies.jar, *staff.http.cookies.jar)}
    assert len(cookies) == 3
    for cookie in cookies.values():
        assert cookie.has_nonstandard_attr("HttpOnly"), cookie.name
        assert cookie.get_nonstandard_attr("SameSite", "").lower() == "lax", cookie.name
