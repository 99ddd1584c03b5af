"""Requests that Stripe's own types forbid are answered 400 and counted."""

import pytest
import stripe

AUTHORIZED = {"authorization": "Bearer sk_test_0123456789"}
PINNED = {**AUTHORIZED, "stripe-version": stripe.api_version}


@pytest.mark.parametrize(
    ("path", "body", "problem"),
    [
        ("/v1/payment_intents", "amout=500&amount=500&currency=usd", "amout"),
        ("/v1/payment_intents", "currency=usd", "amount: Field required"),
        ("/v1/payment_intents", "amount=12.5&currency=usd", "amount"),
        (
            "/v1/payment_intents",
            "amount=500&currency=usd&setup_future_usage=always",
            "setup_future",
        ),
        (
            "/v1/payment_intents",
            "amount=500&currency=usd&payment_method_types[]=card",
            "payment_method_types",
        ),
        ("/v1/checkout/sessions", "mode=gift", "mode"),
        ("/v1/refunds", "payment_intent=pi_1&reason=boredom", "reason"),
        ("/v1/no/such/thing", "", "no such operation"),
    ],
)
def test_a_request_that_stripe_would_not_type_is_refused_and_counted(sandbox, path, body, problem):
    answer = sandbox.http.post(
        path, content=body, headers={**PINNED, "content-type": "application/x-www-form-urlencoded"}
    )
    assert answer.status_code == 400
    assert problem in answer.json()["error"]["message"]
    noted = sandbox.look("violations")
    assert noted["count"] >= 1
    assert noted["violations"][0]["request"] == f"POST {path}"


def test_a_query_is_judged_like_a_body(sandbox):
    answer = sandbox.http.get("/v1/events", params={"lmit": 3}, headers=PINNED)
    assert answer.status_code == 400
    assert sandbox.look("violations")["count"] == 1


def test_a_tool_that_speaks_another_version_is_not_judged(sandbox):
    body = "amount=500&currency=usd&payment_method_types[]=card"
    headers = {**AUTHORIZED, "content-type": "application/x-www-form-urlencoded"}
    answer = sandbox.http.post("/v1/payment_intents", content=body, headers=headers)
    assert answer.json()["payment_method_types"] == ["card"]
    assert sandbox.look("violations")["count"] == 0


def test_a_refused_request_leaves_no_answer_under_its_key(sandbox):
    headers = {
        **PINNED,
        "idempotency-key": "k1",
        "content-type": "application/x-www-form-urlencoded",
    }
    bad = sandbox.http.post("/v1/customers", content="nme=Ellen", headers=headers)
    good = sandbox.http.post("/v1/customers", content="name=Ellen", headers=headers)
    assert (bad.status_code, good.status_code) == (400, 200)


def test_violations_can_be_forgotten(sandbox):
    sandbox.http.get("/v1/events", params={"lmit": 3}, headers=PINNED)
    sandbox.control("violations", "DELETE")
    assert sandbox.look("violations") == {"count": 0, "violations": []}
