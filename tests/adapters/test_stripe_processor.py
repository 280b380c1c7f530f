"""The Stripe adapter, method by method, against a server that speaks Stripe's API."""

from __future__ import annotations

import pytest

from connectlib.ports.processor import (
    Accepted,
    Approved,
    Captured,
    Declined,
    NotCaptured,
    NotFound,
    NotReleased,
    Released,
    RequiresAction,
    Unknown,
)
from tests.adapters.stripe_cases import (
    POOR,
    VISA,
    agrees,
    capture,
    charge,
    hold,
    intents,
    one,
    only_intent,
    processor_of,
    release,
    setup,
    taken_from_buyers,
)
from tests.stripe_books import NOT_AUTHENTICATED, Refusal
from tests.stripe_server import StripeServer

DAY = 86_400 * 1_000_000


@pytest.fixture
def server():
    made = StripeServer()
    yield made
    made.close()


@pytest.fixture
def stripe(server):
    with processor_of(server) as made:
        yield made


UNSEEN = "Your card was declined. This transaction requires authentication."
PI_SECRET = ("client_secret", "pi_secret_of_the_buyer")
VOUCHER = RequiresAction(
    "boleto_display_details",
    "https://stripe.test/boleto",
    (("expires_at", 1_800_300_000), ("number", "0101"), ("pdf", "https://stripe.test/boleto/pdf")),
)
ANSWERS = [
    (charge(), Approved("ch_00000002", "normal", 12, 5 * DAY)),
    (hold(), Approved("ch_00000002", "normal", 12, 5 * DAY)),
    (charge(source="tok_visa"), Approved("ch_00000002", "normal", 12, 5 * DAY)),
    (charge(source="pm_elevated"), Approved("ch_00000002", "elevated", 66, 5 * DAY)),
    (charge(source="cus_owner/pm_owned"), Approved("ch_00000002", "normal", 12, 5 * DAY)),
    (charge(source="pm_owned", ready=True), Approved("ch_00000002", "normal", 12, 5 * DAY)),
    (charge(source="pm_bank"), Accepted("ch_00000002", 15 * 60 * 1_000_000)),
    (charge(source="pm_3ds"), RequiresAction("use_stripe_sdk", PI_SECRET[1], (PI_SECRET,))),
    (
        charge(source="pm_deposits"),
        RequiresAction("verify_with_microdeposits", "https://stripe.test/deposits"),
    ),
    (
        charge(source="pm_boleto", currency="brl"),
        Accepted("pi_00000001", 15 * 60 * 1_000_000, VOUCHER),
    ),
    (charge(source="pm_declined"), POOR),
    (
        charge(source="pm_expired"),
        Declined("expired_card", "Your card has expired.", "expired_card", "exp_month"),
    ),
    (
        charge(source="pm_blocked"),
        Declined("card_declined", "Your card was declined.", "fraudulent", None, "highest", True),
    ),
    (
        charge(source="pm_3ds", off_session=True),
        Declined("authentication_required", UNSEEN, "authentication_required"),
    ),
    (
        charge(amount=10),
        Declined("amount_too_small", "Amount must be at least 50.", param="amount"),
    ),
    *(
        (
            charge(source=source, ready=ready),
            Declined("resource_missing", f"No such {noun}: '{source}'", param=param),
        )
        for source, ready, noun, param in [
            ("pm_none", False, "PaymentMethod", "payment_method"),
            ("pm_none", True, "payment_method", "id"),
            ("4242424242424242", False, "PaymentMethod", "payment_method"),
            ("cus_a/tok_b", False, "PaymentMethod", "payment_method"),
        ]
    ),
]


@pytest.mark.parametrize(("request_", "answer"), ANSWERS)
def test_a_charge_is_answered_as_stripe_says_and_so_again(server, stripe, request_, answer) -> None:
    assert agrees(one(stripe.authorize([request_])), answer)
    made = len(intents(server))
    assert agrees(one(stripe.authorize([request_])), answer)
    with processor_of(server) as later:
        assert agrees(one(later.authorize([request_])), answer)
    assert len(intents(server)) == made
    assert taken_from_buyers(server) in {0, 1000}


def test_the_key_is_in_what_is_made(server, stripe) -> None:
    stripe.authorize([hold("ch_key")])
    assert only_intent(server)["metadata"] == {"connectlib_key": "ch_key"}
    assert "ch_key" in server.keys


def test_the_buyer_comes_back_to_the_shop(server) -> None:
    with processor_of(server, return_url="https://shop.test/back?of={key}") as stripe:
        answer = one(stripe.authorize([charge("ch_7", "pm_3ds")]))
    back = ("return_url", "https://shop.test/back?of=ch_7")
    assert answer == RequiresAction(
        "redirect_to_url", "https://stripe.test/3ds/pi_00000001", (back,)
    )
    page = only_intent(server)["next_action"]["redirect_to_url"]
    assert page["return_url"] == "https://shop.test/back?of=ch_7"


FORMS = [
    (charge(), {"off_session": None, "return_url": "https://shop.test", "redirects": None}),
    (
        charge(off_session=True),
        {"off_session": "true", "return_url": None, "redirects": "never"},
    ),
    (
        charge(return_url="https://one.test/{key}"),
        {"off_session": None, "return_url": "https://one.test/{key}", "redirects": None},
    ),
    (
        charge(off_session=True, return_url="https://one.test"),
        {"off_session": "true", "return_url": None, "redirects": "never"},
    ),
]


@pytest.mark.parametrize(("request_", "sent"), FORMS)
def test_a_buyer_comes_back_to_where_the_payment_says_or_to_one_place_for_all(
    server, request_, sent
) -> None:
    with processor_of(server, return_url="https://shop.test") as stripe:
        stripe.authorize([request_])
    (form,) = server.forms
    found = {name: form.get(name) for name in ("off_session", "return_url")}
    assert found | {"redirects": form["automatic_payment_methods"].get("allow_redirects")} == sent
    assert (form["capture_method"], form["confirm"]) == ("automatic", "true")


# ---- authentication ----


@pytest.mark.parametrize("search", ["fresh", "late", "refused"])
def test_an_authenticated_charge_goes_on_in_another_process_a_day_later(server, search) -> None:
    server.search = search
    with processor_of(server) as stripe:
        assert isinstance(one(stripe.authorize([charge(source="pm_3ds")])), RequiresAction)
    server.forget_keys()
    again = charge(source="pm_3ds", authenticated=True)
    with processor_of(server) as stripe:
        assert isinstance(one(stripe.authorize([again])), RequiresAction)
    server.books.pay(only_intent(server))
    with processor_of(server) as stripe:
        assert isinstance(one(stripe.authorize([again])), Approved)
    assert taken_from_buyers(server) == 1000


def test_a_failed_authentication_is_a_decline(server, stripe) -> None:
    stripe.authorize([charge(source="pm_3ds")])
    with pytest.raises(Refusal):
        server.books.fail(only_intent(server), NOT_AUTHENTICATED)
    answer = one(stripe.authorize([charge(source="pm_3ds", authenticated=True)]))
    assert (answer.code, answer.message) == tuple(NOT_AUTHENTICATED.values())


def test_a_replay_is_not_taken_for_the_present(server) -> None:
    with processor_of(server) as stripe:
        stripe.authorize([charge(source="pm_3ds")])
    server.books.pay(only_intent(server))
    with processor_of(server) as stripe:
        assert isinstance(one(stripe.authorize([charge(source="pm_3ds")])), Approved)


@pytest.mark.parametrize(
    ("proof", "kind"),
    [
        ('{"amounts": [32, 45]}', Approved),
        ('{"amounts": [1, 2]}', Declined),
        ('{"failed": true}', RequiresAction),
        ("not json", RequiresAction),
        ("[" * 100_000, RequiresAction),
        (None, RequiresAction),
    ],
)
def test_what_the_buyer_read_off_the_statement_is_handed_on(stripe, proof, kind) -> None:
    words = {"source": "pm_deposits", "authenticated": True, "proof": proof}
    right = words | {"proof": '{"amounts": [32, 45]}'}
    for ask, request in ((stripe.authorize, charge), (stripe.set_up, setup)):
        ask([request(source="pm_deposits")])
        for _ in range(2):
            answer = one(ask([request(**words)]))
            assert isinstance(answer, kind)
            assert not isinstance(answer, Declined) or answer.code.endswith("_mismatch")
        assert isinstance(one(ask([request(**right)])), Approved)


# ---- lookup ----


def test_a_debit_under_way_is_looked_up_until_it_is_known(server, stripe) -> None:
    request = charge(source="pm_bank")
    assert isinstance(one(stripe.authorize([request])), Accepted)
    assert isinstance(one(stripe.lookup([request])), Accepted)
    server.books.pay(only_intent(server))
    assert isinstance(one(stripe.lookup([request])), Approved)


def test_a_debit_that_bounces_is_declined(server, stripe) -> None:
    request = charge(source="pm_bank")
    stripe.authorize([request])
    with pytest.raises(Refusal):
        server.books.fail(only_intent(server), {"code": "debit_not_authorized", "message": "No"})
    answer = one(stripe.lookup([request]))
    assert (answer.code, answer.message) == ("debit_not_authorized", "No")


@pytest.mark.parametrize("search", ["fresh", "late", "refused"])
def test_a_lookup_finds_by_the_key_and_makes_nothing(server, stripe, search) -> None:
    with processor_of(server) as before:
        answer = one(before.authorize([charge("ch_A")]))
    server.search = search
    asked = server.asked("POST")
    missing = one(stripe.lookup([charge("ch_a")]))
    assert isinstance(missing, Unknown if search == "refused" else NotFound)
    assert agrees(one(stripe.lookup([charge("ch_A")])), answer)
    assert server.asked("POST") == asked


def test_a_key_with_quotes_is_found(server, stripe) -> None:
    key = "o'neill\\' OR"
    with processor_of(server) as before:
        before.authorize([charge(key)])
    assert isinstance(one(stripe.lookup([charge(key)])), Approved)


def test_two_intents_under_one_key_are_for_a_person(server, stripe) -> None:
    for _ in range(2):
        with processor_of(server) as other:
            other.authorize([charge()])
        server.forget_keys()
    assert "2 payment intents" in one(stripe.lookup([charge()])).reason


MISMATCHES = [{"amount": 999}, {"currency": "eur"}, {"capture": False, "amount": 2000}]


@pytest.mark.parametrize("words", MISMATCHES)
def test_another_amount_than_ours_is_never_success(stripe, words) -> None:
    stripe.authorize([charge()])
    assert isinstance(one(stripe.lookup([charge(**words)])), Unknown)
    assert isinstance(one(stripe.authorize([charge(**words)])), Unknown)


def test_a_hold_is_not_a_payment(server, stripe) -> None:
    stripe.authorize([hold()])
    assert "only held" in one(stripe.lookup([charge()])).reason


# ---- capture and release ----

GONE = NotCaptured("payment_intent_unexpected_state", "Nothing is held: the payment intent is ")
CAPTURES = [
    ("h c600", [Captured("ch_00000002")], 600),
    ("h c1000 c1000", [Captured("ch_00000002")] * 2, 1000),
    ("h c600 forget c600", [Captured("ch_00000002")] * 2, 600),
    ("h c600 new c600", [Captured("ch_00000002")] * 2, 600),
    ("h c600 C400", [Captured("ch_00000002"), NotCaptured], 600),
    ("h c1001", [NotCaptured], 0),
    ("h c1001 C1000", [NotCaptured, Captured("ch_00000002")], 1000),
    ("h r c1000", [Released(), NotCaptured], 0),
    ("h r r", [Released(), Released()], 0),
    ("h c600 r", [Captured("ch_00000002"), NotReleased], 600),
    ("h c600 c700", [Captured("ch_00000002"), Unknown], 600),
    ("h byhand c1000", [Unknown], 1000),
    ("t c1000", [NotCaptured], 1000),
    ("t r", [NotReleased], 1000),
    ("d c1000", [NotCaptured], 0),
    ("d r h", [Released(), Declined], 0),
    ("a r", [Released()], 0),
    ("b r", [Unknown], 0),
    ("b c1000", [Unknown], 0),
    ("c1000", [Unknown], 0),
    ("r h", [Released(), Declined], 0),
    ("r r c1000", [Released(), Released(), NotCaptured], 0),
]


def _move(server, stripe, word: str):
    """One word of a story; its answer, or None where it is only told what came before."""
    sources = {"h": VISA, "d": "pm_declined", "a": "pm_3ds", "b": "pm_bank"}
    if word in sources:
        return one(stripe.authorize([hold(source=sources[word])]))
    if word == "t":
        return one(stripe.authorize([charge()]))
    if word == "r":
        return one(stripe.release([release()]))
    if word == "byhand":
        return server.books.capture(only_intent(server), {})
    if word == "forget":
        return server.forget_keys()
    return one(stripe.capture([capture(int(word[1:]), "cap_1" if word[0] == "c" else "cap_2")]))


@pytest.mark.parametrize(("story", "answers", "taken"), CAPTURES)
def test_what_is_held_is_taken_once_or_let_go(server, story, answers, taken) -> None:
    said = []
    words = story.split()
    first = words[0] != "r" and not words[0].startswith("c")
    with processor_of(server) as here, processor_of(server) as there:
        stripe = here
        for word in words:
            stripe = there if word == "new" else stripe
            answer = None if word == "new" else _move(server, stripe, word)
            said += [] if word in {"new", "forget", "byhand"} else [answer]
    said = said[1:] if first else said
    for found, wanted in zip(said, answers, strict=True):
        assert agrees(found, wanted), found
    assert taken_from_buyers(server) == taken


def test_a_request_that_comes_late_finds_its_key_spent(server, stripe) -> None:
    assert agrees(one(stripe.release([release()])), Released())
    with processor_of(server) as late:
        answer = one(late.authorize([charge()]))
    assert answer.code == "payment_intent_unexpected_state"
    assert isinstance(one(stripe.lookup([charge()])), Declined)
    assert [intent["status"] for intent in intents(server)] == ["canceled"]


def test_what_is_not_found_yet_is_not_said_to_be_released(server, stripe) -> None:
    with processor_of(server) as before:
        before.authorize([hold()])
    for _ in range(100):
        server.books.make_intent({"amount": "500", "currency": "usd"})
    server.search = "late"
    assert isinstance(one(stripe.release([release()])), Unknown)
    server.search = "fresh"
    assert agrees(one(stripe.release([release()])), Released())
    assert not any(intent["amount_capturable"] for intent in intents(server))
