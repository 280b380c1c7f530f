"""The published test cards: what each is, and how it behaves.

Source: Stripe docs, "Testing" (docs.stripe.com/testing), cards by brand and by country, declines,
fraud, disputes, refunds, available balance, 3-D Secure, captcha, PIN; Connect docs, "Testing",
trigger cards. Disputes, warnings and new requirements are not simulated yet: such a card charges
like any other. Unverified: countries of cards by brand other than US, which setup is declined.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from connectlib.adapters.processors.declines import BLOCKED, CARD_DECLINES
from connectlib.adapters.processors.sources import (
    OFF_SESSION,
    REDIRECT,
    WHEN_READY,
    Behaviour,
)

if TYPE_CHECKING:
    from collections.abc import Iterator


class Card(NamedTuple):
    """A card. names: what stands after `tok_` and `pm_card_`; after a sign =, whole sources.

    cvc, line1, postal: what the issuer says when it is asked to check them.
    """

    number: str
    names: tuple[str, ...] = ()
    brand: str = "visa"
    funding: str = "credit"
    country: str = "US"
    bypass: bool = False
    cvc: str | None = None
    line1: str | None = None
    postal: str | None = None


#: number, brand, funding, country, names: what stands after `tok_` and `pm_card_`.
#: The tokens of two numbers of one brand are of the one listed with a name.
_PLAIN = """
4242424242424242     visa        credit   US  visa us
4000056655665556     visa        debit    US  visa_debit
5555555555554444     mastercard  credit   US  mastercard
2223003122003222     mastercard  credit   US
5200828282828210     mastercard  debit    US  mastercard_debit
5105105105105100     mastercard  prepaid  US  mastercard_prepaid
371449635398431      amex        credit   US  amex
378282246310005      amex        credit   US  amex_threeDSecureNotSupported
6011111111111117     discover    credit   US  discover
6011000990139424     discover    credit   US
6011981111111113     discover    debit    US
3056930009020004     diners      credit   US  diners
36227206271667       diners      credit   US
6555900000604105     discover    credit   US
3566002020360505     jcb         credit   JP  jcb
3530111333300000     jcb         credit   JP
6200000000000005     unionpay    credit   CN  unionpay
6200000000000047     unionpay    debit    CN
6205500000000000004  unionpay    credit   CN
4000002500001001     visa        credit   FR  visa_cartesBancaires
5555552500001001     mastercard  credit   FR  mastercard_cartesBancaires
4000050360000001     visa        debit    AU  visa_debit_eftposAuCoBranded
5555050360000080     mastercard  debit    AU  mastercard_debit_eftposAuCoBranded
5062210000000009     unknown     debit    MX
5200007840000022     mastercard  credit   AE  ae_mastercard
4000058260000005     visa        debit    GB  gb_debit
5555558265554449     mastercard  credit   GB  gb_mastercard
4000057640000008     visa        debit    TH  th_debit
4000051230000072     visa        debit    US  debit_visaFsaProductCode debit_visaHsaProductCode
5200828282828897     mastercard  debit    US  mastercard_debit_mastercardFsaProductCode
4001007020000002     visa        credit   US  =offline_pin_cvm
4000008260000075     visa        credit   US  =offline_pin_sca_retry
4001000360000005     visa        credit   US  =online_pin_cvm
4000002760000008     visa        credit   US  =online_pin_sca_retry
4000000000000259     visa        credit   US  createDispute
4000000000002685     visa        credit   US  createDisputeProductNotReceived
4000000000001976     visa        credit   US  createDisputeInquiry
4000000000005423     visa        credit   US  createIssuerFraudRecord
4000000404000079     visa        credit   US  createMultipleDisputes
4000000404000038     visa        credit   US  createCe3EligibleDispute
4000008400000779     visa        credit   US  createComplianceDispute
5105008400000002     mastercard  credit   US  createMastercardComplianceDispute
4000000001000043     visa        credit   US  createAutoRepresentmentEligibleDispute
4000000404004816     visa        credit   US  createRapidDisputeResolutionDispute
4000000404005649     visa        credit   US  createCe3BlockDispute
5105000300000018     mastercard  credit   US  createEthocaAlert
4000008400000407     visa        credit   US  highFraudDisputeScore
4000008400000159     visa        credit   US  highEfwScore
4000008400001017     visa        credit   US  radarDynamicRiskThreshold
4000008405600003     visa        credit   US  adaptive3dsChallenge
4000000000001208     visa        credit   US
4000000000003725     visa        credit   US
4000000000003055     visa        credit   US  threeDSecureOptional
4000000000003097     visa        credit   US  threeDSecureOptionalProcessingError
4000000032200000     visa        credit   US
4000000000004202     visa        credit   US  visa_triggerNextRequirements
4000000000004210     visa        credit   US  visa_triggerChargeBlock
4000000000004236     visa        credit   US  visa_triggerPayoutBlock
"""

#: Country, which is also the name, and its Visa card.
_COUNTRIES = """
ar 4000000320000021  br 4000000760000002  ca 4000001240000000  cl 4000001520000001
co 4000001700000003  cr 4000001880000005  ec 4000002180000000  mx 4000004840008001
pa 4000005910000000  py 4000006000000066  pe 4000006040000068  uy 4000008580000003
ae 4000007840000001  at 4000000400000008  be 4000000560000004  bg 4000001000000000
by 4000001120000005  hr 4000001910000009  cy 4000001960000008  cz 4000002030000002
dk 4000002080000001  ee 4000002330000009  fi 4000002460000001  fr 4000002500000003
de 4000002760000016  gi 4000002920000005  gr 4000003000000030  hu 4000003480000005
ie 4000003720000005  it 4000003800000008  lv 4000004280000005  li 4000004380000004
lt 4000004400000000  lu 4000004420000006  mt 4000004700000007  nl 4000005280000002
no 4000005780000007  pl 4000006160000005  pt 4000006200000007  ro 4000006420000001
sa 4000006820000007  si 4000007050000006  sk 4000007030000001  es 4000007240000007
se 4000007520000008  ch 4000007560000009  gb 4000008260000000  au 4000000360000006
cn 4000001560000002  hk 4000003440000004  in 4000003560000008  jp 4000003920000003
my 4000004580000002  nz 4000005540000008  sg 4000007020000003  tw 4000001580000008
th 4000007640000003
"""
#: A second name, beside that of the country.
_ALSO = {"th": "th_credit"}


#: decline_code, number, names.
_DECLINED = """
generic_decline         4000000000000002  visa_chargeDeclined chargeDeclined
insufficient_funds      4000000000009995  visa_chargeDeclinedInsufficientFunds
insufficient_funds      4000000000009995  chargeDeclinedInsufficientFunds
lost_card               4000000000009987  visa_chargeDeclinedLostCard chargeDeclinedLostCard
stolen_card             4000000000009979  visa_chargeDeclinedStolenCard chargeDeclinedStolenCard
expired_card            4000000000000069  visa_chargeDeclinedExpiredCard chargeDeclinedExpiredCard
incorrect_cvc           4000000000000127  visa_chargeDeclinedIncorrectCvc
incorrect_cvc           4000000000000127  chargeDeclinedIncorrectCvc
processing_error        4000000000000119  visa_chargeDeclinedProcessingError
processing_error        4000000000000119  chargeDeclinedProcessingError
card_velocity_exceeded  4000000000006975  visa_chargeDeclinedVelocityLimitExceeded
card_velocity_exceeded  4000000000006975  chargeDeclinedVelocityLimitExceeded
"""
#: The same for cards that can be set up all the same: only charging them fails.
_FAILS_LATER = """
generic_decline         4000000000000341  chargeCustomerFail visa_chargeCustomerFail
lost_card               4000000000000341  visa_chargeCustomerFailLostCard
stolen_card             4000000000000341  visa_chargeCustomerFailStolenCard
"""


#: Cards whose owner always has to be authenticated, whether set up or not. The numbers without
#: names make a mobile application show one kind of challenge or another.
_ALWAYS_3DS = """
4000002760003184  authenticationRequired
4000000000003220  threeDSecure2Required
4000000000003063  threeDSecureRequired
4000008400000027
4000000000003238
4000000000003246
4000000000003253
4000582600000094
4000582600000045
4000582600000102
4000582600000110
"""

_FAIL, _UNAVAILABLE = "fail", "unavailable"
_FUNDS = CARD_DECLINES["insufficient_funds"]

#: What does not fit into a table.
_OTHERS: tuple[tuple[Card, Behaviour], ...] = (
    # Money at once.
    (Card("4000000000000077", ("bypassPending",), bypass=True), Behaviour()),
    (
        Card("4000003720000278", ("bypassPendingInternational",), country="IE", bypass=True),
        Behaviour(),
    ),
    # Checks of the issuer.
    (Card("4000000000000101", ("cvcCheckFail",), cvc=_FAIL), Behaviour()),
    (Card("4000000000000036", ("avsZipFail",), postal=_FAIL), Behaviour()),
    (Card("4000000000000028", ("avsLine1Fail",), line1=_FAIL), Behaviour()),
    (Card("4000000000000010", ("avsFail",), line1=_FAIL, postal=_FAIL), Behaviour()),
    (
        Card("4000000000000044", ("avsUnchecked",), line1=_UNAVAILABLE, postal=_UNAVAILABLE),
        Behaviour(),
    ),
    # Risk. Radar is about payments: setting such a card up is not stopped.
    (
        Card(
            "4100000000000019",
            ("radarBlock", "chargeDeclinedFraudulent", "visa_chargeDeclinedFraudulent"),
        ),
        Behaviour(declined=BLOCKED, saves=True),
    ),
    (
        Card("4000000000004954", ("riskLevelHighest",)),
        Behaviour(risk_level="highest", risk_score=90),
    ),
    (
        Card("4000000000009235", ("riskLevelElevated",)),
        Behaviour(risk_level="elevated", risk_score=70),
    ),
    (
        Card("4000058400307872", ("cvcCheckFailElevatedRisk",), cvc=_FAIL),
        Behaviour(risk_level="elevated", risk_score=70),
    ),
    (
        Card("4000058400306072", ("avsZipFailElevatedRisk",), postal=_FAIL),
        Behaviour(risk_level="elevated", risk_score=70),
    ),
    # Refunds that are decided later.
    (Card("4000000000007726", ("pendingRefund",)), Behaviour(refund="pending")),
    (Card("4000000000005126", ("refundFail",)), Behaviour(refund="fail")),
    # Authentication that depends on whether the card has been set up.
    (
        Card("4000002500003155", ("authenticationRequiredOnSetup",)),
        Behaviour(action=REDIRECT, spared=WHEN_READY),
    ),
    (
        Card("4000003800000446", ("authenticationRequiredSetupForOffSession",)),
        Behaviour(action=REDIRECT, spared=OFF_SESSION),
    ),
    (
        Card("4000008260003178", ("authenticationRequiredChargeDeclinedInsufficientFunds",)),
        Behaviour(action=REDIRECT, spared=WHEN_READY, after=_FUNDS, saves=True),
    ),
    (
        Card("4000008400001629", ("threeDSecureRequiredChargeDeclined",)),
        Behaviour(action=REDIRECT, after=CARD_DECLINES["generic_decline"]),
    ),
    # The look-up before authentication fails: declined as card_declined, decline_code unverified.
    (
        Card("4000008400001280", ("threeDSecureRequiredProcessingError",)),
        Behaviour(
            declined=CARD_DECLINES["generic_decline"]._replace(decline_code="processing_error")
        ),
    ),
    # The number of this token is not published.
    (
        Card("4000000000009995", ("visa_debit_chargeDeclinedInsufficientFunds",), funding="debit"),
        Behaviour(declined=_FUNDS),
    ),
)


def _rows(table: str) -> Iterator[list[str]]:
    return (line.split() for line in table.strip().splitlines())


def _all() -> Iterator[tuple[Card, Behaviour]]:
    for number, brand, funding, country, *names in _rows(_PLAIN):
        yield Card(number, tuple(names), brand, funding, country), Behaviour()
    words = _COUNTRIES.split()
    for name, number in zip(words[::2], words[1::2], strict=True):
        names = [name, _ALSO[name]] if name in _ALSO else [name]
        yield Card(number, tuple(names), country=name.upper()), Behaviour()
    for code, number, *names in _rows(_DECLINED):
        yield Card(number, tuple(names)), Behaviour(declined=CARD_DECLINES[code])
    for code, number, *names in _rows(_FAILS_LATER):
        yield Card(number, tuple(names)), Behaviour(declined=CARD_DECLINES[code], saves=True)
    for number, *names in _rows(_ALWAYS_3DS):
        yield Card(number, tuple(names)), Behaviour(action=REDIRECT)
    yield from _OTHERS


#: Every card with its behaviour. A number may be there more than once, for tokens that differ;
#: a card given by its number does what its first row says.
TEST_CARDS: tuple[tuple[Card, Behaviour], ...] = tuple(_all())
