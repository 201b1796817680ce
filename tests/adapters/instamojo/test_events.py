"""What webhooks and redirects hint at."""

import pytest

from adapters.instamojo.events import MalformedHint, parse_redirect, parse_webhook
from adapters.instamojo.references import reference_in, with_reference
from domain.ports.payments import PaymentHint
from tests.adapters.instamojo.test_signature import FAILED, FIELDS, body

REQUEST_ID, PAYMENT_ID = FIELDS["payment_request_id"], FIELDS["payment_id"]


def test_a_webhook_names_request_payment_and_status():
    hint = parse_webhook(body(), "r-1")
    assert hint == PaymentHint(f"{PAYMENT_ID}:Credit", REQUEST_ID, PAYMENT_ID, "Credit", "r-1")
    assert parse_webhook(body()).event_id != parse_webhook(body(**FAILED)).event_id


def test_a_redirect_names_the_same_and_may_lack_the_status():
    query = {"payment_id": PAYMENT_ID, "payment_request_id": REQUEST_ID, "payment_status": "Credit", "reference": "r-1"}
    assert parse_redirect(query) == parse_webhook(body(), "r-1")
    del query["payment_status"]
    assert parse_redirect(query).status == ""


@pytest.mark.parametrize("said", [b"", b"{}", b"payment_id=MOJO1", b"payment_request_id=a", b"\xff"])
def test_what_names_no_payment_is_no_hint(said):
    with pytest.raises(MalformedHint):
        parse_webhook(said)


def test_a_reference_goes_behind_the_query_that_is_there_and_comes_back():
    assert with_reference("https://x.test/a?b=1#c", "r&1") == "https://x.test/a?b=1&reference=r%261#c"
    assert reference_in("https://x.test/a?b=1&reference=r%261#c") == "r&1"
    assert [reference_in(odd) for odd in (None, "", "https://x.test/", "http://[", 5)] == [""] * 5
