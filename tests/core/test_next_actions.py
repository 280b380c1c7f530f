"""What `next_action` shows, for every kind of question that a processor may have."""

from __future__ import annotations

import json

import pytest

from connectlib.core.moments import parse_moment
from connectlib.core.next_actions import Action, put_aside, shown, taken_up

URL, BACK = "https://bank.example/page", "https://shop.example/back"
DEPOSITS = "verify_with_microdeposits"
#: action, its return_url -> what is shown under the name of its kind
TABLE = [
    (Action("redirect_to_url", URL), BACK, {"return_url": BACK, "url": URL}),
    (Action("redirect_to_url", URL), None, {"return_url": None, "url": URL}),
    (
        Action("redirect_to_url", URL, (("return_url", "https://other.example"),)),
        None,
        {"return_url": "https://other.example", "url": URL},
    ),
    (
        Action("use_stripe_sdk", URL),
        None,
        {"stripe_js": URL, "type": "three_d_secure_redirect"},
    ),
    (
        Action("use_stripe_sdk", "s", (("client_secret", "s"),)),
        None,
        {"client_secret": "s"},
    ),
    (
        Action(DEPOSITS, URL),
        None,
        {"arrival_date": "2026-03-10", "hosted_verification_url": URL,
         "microdeposit_type": "amounts"},
    ),
    (
        Action(DEPOSITS, URL, (("microdeposit_type", "descriptor_code"),)),
        None,
        {"arrival_date": "2026-03-10", "hosted_verification_url": URL,
         "microdeposit_type": "descriptor_code"},
    ),
    (
        Action("boleto_display_details", URL, (("number", "34191"), ("pdf", URL + ".pdf"))),
        None,
        {"expires_at": "2026-03-10T02:59:59Z", "hosted_voucher_url": URL, "number": "34191",
         "pdf": URL + ".pdf"},
    ),
    (
        Action("boleto_display_details", URL, (("expires_at", 5), ("number", "1"), ("pdf", None))),
        None,
        {"expires_at": 5, "hosted_voucher_url": URL, "number": "1", "pdf": None},
    ),
    (Action("blik_authorize", URL), None, {"url": URL}),
]  # fmt: skip


@pytest.mark.parametrize(("action", "return_url", "wanted"), TABLE)
def test_a_question_is_shown_in_the_shape_of_its_kind(action, return_url, wanted) -> None:
    # A Saturday, two in the morning in London: still Friday in Sao Paulo.
    at = parse_moment("2026-03-07T02:00:00Z")
    found = json.loads(shown(action, return_url=return_url, at=at))
    dates = {
        name: parse_moment(value if "T" in value else value + "T00:00:00Z") // 1_000_000
        for name, value in wanted.items()
        if name in ("arrival_date", "expires_at") and isinstance(value, str)
    }
    assert found == {"type": action.kind, action.kind: wanted | dates}


def test_only_microdeposits_are_asked_about_again() -> None:
    deposits = shown(Action(DEPOSITS, URL), return_url=None, at=0)
    kept = put_aside('{"automatic":true}', deposits)
    assert taken_up(kept) == ('{"automatic":true}', deposits)
    assert put_aside("{}", shown(Action("redirect_to_url", URL), return_url=None, at=0)) == "{}"
    assert put_aside("{}", None) == "{}"
    assert taken_up("{}") == ("{}", None)
