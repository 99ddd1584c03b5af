"""The drawer and the pages of a divided bill: what is said before, what is kept, who may."""

import pytest
from bs4 import BeautifulSoup

from tests.support.billing_examples import INSPECTION, a_company
from tests.unit.billing import test_http, test_splitting_http

visitor = test_http.visitor
_may_split = test_splitting_http._may_split
HERE = f"/staff/billing/inspections/{INSPECTION}"
NEW = f"{HERE}/invoices/new"
EFFECT = f"{HERE}/invoices/effect"
DRAWER = {"hx-request": "true"}
RADON = {"contact": "marcus", "kind": "services", "line": "radon"}


async def get(visitor, path, **headers):
    return await visitor.client.get(path, headers={**visitor.staff(), **headers})


async def post(visitor, path, fields, *, key="form-0001", role="office", **headers):
    return await visitor.client.post(
        path,
        data={"csrf_token": "csrf-1", "idempotency_key": key, **fields},
        headers={**visitor.staff(role), **headers},
    )


def words(answer) -> str:
    return " ".join(BeautifulSoup(answer.text, "html.parser").get_text(" ").split())


async def test_the_same_form_is_a_page_and_a_drawer(visitor):
    whole, drawer = await get(visitor, NEW), await get(visitor, NEW, **DRAWER)
    assert "<html" in whole.text
    assert "<html" not in drawer.text
    assert "<dialog" in drawer.text
    for answer in (whole, drawer):
        assert "At most $800.00" in words(answer)
        assert "Save and Send" in words(answer)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        (RADON, "Marcus Lee will pay $150.00"),
        (
            {"contact": "marcus", "kind": "fixed", "amount": "900"},
            "Fixed amount cannot exceed $800.00",
        ),
        ({"contact": "marcus", "kind": "fixed", "amount": ""}, "owes $800.00 now"),
        ({"contact": "marcus", "kind": "percent", "percent": "33.33"}, "will pay $266.64"),
        ({"contact": "marcus", "kind": "equal", "others": "mutual"}, "now $266.67"),
    ],
)
async def test_the_effect_is_shown_while_one_types_and_nothing_is_written(
    visitor, office, fields, said
):
    answer = await post(visitor, EFFECT, fields, **DRAWER)
    assert answer.status_code == 200
    assert said in words(answer)
    assert len(office.bill.invoices) == 1


@pytest.mark.parametrize(
    ("fields", "field", "said"),
    [
        ({"kind": "services"}, "line", "Choose at least one service"),
        ({"kind": "fixed"}, "amount", "Enter the amount"),
        ({"kind": "fixed", "amount": "800.01"}, "amount", "Fixed amount cannot exceed $800.00"),
        ({"kind": "percent", "percent": "1e2"}, "percent", "Enter a percentage like 50 or 33.33"),
        ({"kind": "percent", "percent": "100.01"}, "percent", "above 0, at most 100"),
        ({"kind": "fixed", "amount": "1", "due_on": "soon"}, "due_on", "Enter a date"),
    ],
)
async def test_an_error_stands_beside_its_field_and_nothing_typed_is_lost(
    visitor, office, fields, field, said
):
    fields = {"contact": "mutual", "reference": "Claim 4711", **fields}
    answer = await post(visitor, NEW, fields, **DRAWER)
    assert answer.status_code == 422
    page = BeautifulSoup(answer.text, "html.parser")
    assert said in page.select_one(f".error-summary a[href='#{field}']").get_text()
    assert page.find(id=field)
    assert page.find("input", {"name": "reference"})["value"] == "Claim 4711"
    assert page.select_one("#contact option[selected]")["value"] == "mutual"
    assert len(office.bill.invoices) == 1


async def test_save_mails_nothing_and_save_and_send_mails_once(visitor, office):
    saved = await post(visitor, NEW, {**RADON, "then": "save"}, **DRAWER)
    assert saved.headers["hx-trigger"].startswith("payments:changed")
    assert office.bill.third_parties[0].sent_at is None
    sewer = {**RADON, "line": "sewer", "then": "send"}
    for _ in range(2):
        assert (await post(visitor, NEW, sewer, key="form-0002")).status_code == 303
    assert [invoice.sent_at is None for invoice in office.bill.third_parties] == [True, False]


async def test_what_cannot_be_sent_is_said_before_it_is_pressed(visitor, office):
    await office.follow(notifications_disabled=True)
    shown = await get(visitor, NEW)
    assert "All notifications are disabled for this inspection" in words(shown)
    assert "Save and Send" not in words(shown)
    forced = await post(visitor, NEW, {**RADON, "then": "send"})
    assert forced.status_code == 422
    assert len(office.bill.invoices) == 1


async def test_a_trial_says_that_payers_get_no_mail(visitor, office):
    await office.books.write(
        lambda books: books.keep_company(a_company(allow_deferred=False, trial=True, revision=2))
    )
    assert "Trial account" in words(await get(visitor, NEW))


async def test_collecting_before_publish_is_offered_only_when_the_company_waits(visitor, office):
    assert "Collect before publish" not in words(await get(visitor, NEW))
    await office.follow(collect_after_publish=True)
    assert "Collect before publish" in words(await get(visitor, NEW))
    await post(visitor, NEW, {**RADON, "collect_now": "on"})
    assert office.bill.third_parties[0].collect_now


async def test_an_invoice_is_changed_in_the_same_form_and_taken_back_after_a_warning(
    visitor, office
):
    made = await post(visitor, NEW, {"contact": "marcus", "kind": "fixed", "amount": "100"})
    invoice = made.headers["location"].split("?")[0]
    change = await get(visitor, f"{invoice}/change")
    assert 'value="100.00"' in change.text
    raised = {"contact": "marcus", "kind": "fixed", "amount": "250", "due_on": "2026-12-05"}
    assert "will pay $250.00" in words(await post(visitor, f"{invoice}/effect", raised, **DRAWER))
    assert (await post(visitor, f"{invoice}/change", raised)).status_code == 303
    assert office.bill.third_parties[0].total_cents == 25_000
    warned = words(await get(visitor, f"{invoice}/void"))
    assert "was $550.00 now $800.00" in warned
    assert (await post(visitor, f"{invoice}/void", {})).status_code == 303
    assert office.bill.client_invoice.total_cents == 80_000


FIXED = {"contact": "marcus", "kind": "fixed", "amount": "100"}


async def an_invoice(visitor, office):
    """The agent's, of $100.00; where its pages are."""
    await post(visitor, NEW, FIXED)
    return f"/staff/billing/invoices/{office.bill.third_parties[0].invoice_id}"


def beside(answer, field):
    """What the error summary says of that field; the field must be on the page."""
    page = BeautifulSoup(answer.text, "html.parser")
    assert page.find(id=field), answer.text
    return page.select_one(f".error-summary a[href='#{field}']").get_text()


async def test_somebody_who_left_people_meanwhile_is_refused_beside_the_contact(visitor, office):
    path = await an_invoice(visitor, office)
    stranger = {**FIXED, "contact": "stranger"}
    for where in (NEW, f"{path}/change"):
        answer = await post(visitor, where, stranger, key="form-0002")
        assert answer.status_code == 422
        assert beside(answer, "contact") == "Add this person to the inspection's People first"
    assert len(office.bill.invoices) == 2


async def test_while_money_is_on_its_way_the_drawers_to_change_and_cancel_say_so(visitor, office):
    path = await an_invoice(visitor, office)
    attempt = await office.checkout(office.bill.third_parties[0].invoice_id)
    office.gateway.pay_by_bank(attempt)
    await office.refresh(attempt)
    before = office.bill
    pending = "A payment for this invoice is being processed; wait until it has arrived"
    changed = await post(visitor, f"{path}/change", {**FIXED, "amount": "120"})
    assert (changed.status_code, beside(changed, "amount")) == (422, pending)
    voided = await post(visitor, f"{path}/void", {})
    assert (voided.status_code, beside(voided, "void")) == (422, pending)
    shown = words(await get(visitor, f"{path}/void"))
    assert "A bank payment is on its way" in shown
    assert "Cancel this invoice" not in shown
    assert office.bill == before


async def test_a_paid_invoice_keeps_its_payer_its_amount_and_itself(visitor, office):
    path = await an_invoice(visitor, office)
    await office.receive_cash(10_000, invoice_id=office.bill.third_parties[0].invoice_id)
    before = office.bill
    other = await post(visitor, f"{path}/change", {**FIXED, "contact": "mutual"})
    assert other.status_code == 422
    assert beside(other, "contact") == "Somebody has paid into this invoice; its payer stays"
    less = await post(visitor, f"{path}/change", {**FIXED, "amount": "99.99"})
    assert "$100.00 has been paid into this invoice; refund it" in beside(less, "amount")
    voided = await post(visitor, f"{path}/void", {})
    assert beside(voided, "void") == "This invoice has been paid into; refund it first"
    assert office.bill == before


@pytest.mark.parametrize("way", ["change", "void", ""])
async def test_the_clients_own_invoice_is_none_of_these_pages(visitor, way):
    path = f"/staff/billing/invoices/invoice-client/{way}".rstrip("/")
    assert (await get(visitor, path)).status_code == 404


async def test_another_company_finds_nothing(visitor, office):
    other = visitor.staff(company_id="other")
    await post(visitor, NEW, RADON)
    invoice = f"/staff/billing/invoices/{office.bill.third_parties[0].invoice_id}"
    for path in (NEW, invoice, f"{invoice}/change", f"{invoice}/void"):
        assert (await visitor.client.get(path, headers=other)).status_code == 404
