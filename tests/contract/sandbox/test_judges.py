"""The judges themselves: what they must let pass and what they must find."""

import pytest
import stripe
from stripe._object_classes import get_object_class

from deploy.sandbox.sdk.form import form_fields
from deploy.sandbox.sdk.operations import operations
from deploy.sandbox.sdk.request_rules import request_violations
from deploy.sandbox.sdk.shapes import shape_problems
from deploy.sandbox.sdk.templates import blank

KINDS = (
    "account",
    "balance",
    "balance_transaction",
    "charge",
    "checkout.session",
    "customer",
    "dispute",
    "event",
    "mandate",
    "payment_intent",
    "payment_method",
    "payout",
    "refund",
    "setup_intent",
    "webhook_endpoint",
)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.scenario(72)
def test_an_empty_object_has_the_shape_of_its_class(kind):
    cls = get_object_class("V1", kind)
    assert list(shape_problems(blank(cls), cls)) == []


def test_two_empty_objects_share_nothing():
    first = blank(stripe.PaymentIntent)
    first["metadata"]["x"] = "1"
    assert blank(stripe.PaymentIntent)["metadata"] == {}


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"amont": 5}, "/amont: not a property of PaymentIntent"),
        ({"amount": "5"}, "/amount: '5' is not a <class 'int'>"),
        ({"amount": True}, "/amount: True is not a <class 'int'>"),
        ({"amount": 5.5}, "/amount: 5.5 is not a <class 'int'>"),
        ({"status": "paid"}, "/status: 'paid' is not a "),
        ({"metadata": {"a": 1}}, "/metadata/a: 1 is not a <class 'str'>"),
        ({"payment_method_types": "card"}, "/payment_method_types: expected an array"),
        ({"next_action": {"type": 3}}, "/next_action/type: 3 is not a <class 'str'>"),
        ({"shipping": {"nme": "Ellen"}}, "/shipping/nme: not a property of"),
        ({"latest_charge": 5}, "/latest_charge: 5 is not a <class 'str'>"),
    ],
)
def test_what_is_wrong_with_an_object_is_named(change, problem):
    found = list(shape_problems({**blank(stripe.PaymentIntent), **change}, stripe.PaymentIntent))
    assert any(item.startswith(problem) for item in found), found


def test_a_required_property_may_not_be_absent():
    intent = blank(stripe.PaymentIntent)
    del intent["currency"]
    assert list(shape_problems(intent, stripe.PaymentIntent)) == ["/currency: missing"]


def test_the_whole_api_of_the_sdk_is_known():
    assert len(operations()) > 600
    assert ("post", "/v1/payment_intents/{intent}/confirm") in operations()


@pytest.mark.parametrize(
    ("verb", "path", "body"),
    [
        ("POST", "/v1/payment_intents", "amount=500&currency=usd&metadata[0]=x&expand[0]=customer"),
        ("POST", "/v1/checkout/sessions", "mode=setup&success_url=x&currency=usd"),
        ("GET", "/v1/events", "types[0]=charge.succeeded&created[gte]=5&delivery_success=false"),
        ("POST", "/v1/refunds/re_1/cancel", ""),
        ("DELETE", "/v1/customers/cus_1", ""),
    ],
)
def test_a_request_as_stripe_takes_it_is_let_through(verb, path, body):
    assert request_violations(verb, path, form_fields(body)) == []


@pytest.mark.parametrize(
    ("encoded", "fields"),
    [
        ("a=1&b[c]=2", {"a": "1", "b": {"c": "2"}}),
        ("a[]=1&a[]=2", {"a": ["1", "2"]}),
        ("a[0][b]=1&a[1][b]=2", {"a": [{"b": "1"}, {"b": "2"}]}),
        ("a[][b]=1&a[][c]=2&a[][b]=3", {"a": [{"b": "1", "c": "2"}, {"b": "3"}]}),
        ("metadata[7]=x", {"metadata": {"7": "x"}}),
        ("x[metadata][0]=y", {"x": {"metadata": {"0": "y"}}}),
        ("name=", {"name": ""}),
        ("name=a%20%26+b", {"name": "a & b"}),
    ],
)
def test_a_form_is_read_as_it_was_meant(encoded, fields):
    assert form_fields(encoded) == fields
