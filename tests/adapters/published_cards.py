"""What Stripe's docs say of each test card, written down apart from the tables of the package.

A line: the number, what happens (see `BATTERY` in test_simulator_cards.py), and the names, without
`tok_` and `pm_card_`. A number in brackets is not one that the names are published with.
"""

from __future__ import annotations

#: Connect reference 13.1, and Stripe docs, "Testing": by brand.
BRANDS = """
4242424242424242     yes  visa
4000056655665556     yes  visa_debit
5555555555554444     yes  mastercard
2223003122003222     yes
5200828282828210     yes  mastercard_debit
5105105105105100     yes  mastercard_prepaid
378282246310005      yes  amex_threeDSecureNotSupported
371449635398431      yes  amex
6011111111111117     yes  discover
6011000990139424     yes
6011981111111113     yes
3056930009020004     yes  diners
36227206271667       yes
6555900000604105     yes
3566002020360505     yes  jcb
3530111333300000     yes
6200000000000005     yes  unionpay
6200000000000047     yes
6205500000000000004  yes
4000002500001001     yes  visa_cartesBancaires
5555552500001001     yes  mastercard_cartesBancaires
4000050360000001     yes  visa_debit_eftposAuCoBranded
5555050360000080     yes  mastercard_debit_eftposAuCoBranded
5062210000000009     yes
5200007840000022     yes  ae_mastercard
4000058260000005     yes  gb_debit
5555558265554449     yes  gb_mastercard
4000057640000008     yes  th_debit
4000051230000072     yes  debit_visaFsaProductCode debit_visaHsaProductCode
5200828282828897     yes  mastercard_debit_mastercardFsaProductCode
"""

#: The number says the country: 400000, its ISO 3166 number, 000 ...
COUNTRIES = {
    "us": 0, "ar": 32, "br": 76, "ca": 124, "cl": 152, "co": 170, "cr": 188, "ec": 218, "mx": 484,
    "pa": 591, "py": 600, "pe": 604, "uy": 858, "ae": 784, "at": 40, "be": 56, "bg": 100,
    "by": 112, "hr": 191, "cy": 196, "cz": 203, "dk": 208, "ee": 233, "fi": 246, "fr": 250,
    "de": 276, "gi": 292, "gr": 300, "hu": 348, "ie": 372, "it": 380, "lv": 428, "li": 438,
    "lt": 440, "lu": 442, "mt": 470, "nl": 528, "no": 578, "pl": 616, "pt": 620, "ro": 642,
    "sa": 682, "si": 705, "sk": 703, "es": 724, "se": 752, "ch": 756, "gb": 826, "au": 36,
    "cn": 156, "hk": 344, "in": 356, "jp": 392, "my": 458, "nz": 554, "sg": 702, "tw": 158,
    "th": 764, "th_credit": 764,
}  # fmt: skip
#: ... and these four digits.
ENDS = {
    "us": "4242", "ar": "0021", "br": "0002", "ca": "0000", "cl": "0001", "co": "0003",
    "cr": "0005", "ec": "0000", "mx": "8001", "pa": "0000", "py": "0066", "pe": "0068",
    "uy": "0003", "ae": "0001", "at": "0008", "be": "0004", "bg": "0000", "by": "0005",
    "hr": "0009", "cy": "0008", "cz": "0002", "dk": "0001", "ee": "0009", "fi": "0001",
    "fr": "0003", "de": "0016", "gi": "0005", "gr": "0030", "hu": "0005", "ie": "0005",
    "it": "0008", "lv": "0005", "li": "0004", "lt": "0000", "lu": "0006", "mt": "0007",
    "nl": "0002", "no": "0007", "pl": "0005", "pt": "0007", "ro": "0001", "sa": "0007",
    "si": "0006", "sk": "0001", "es": "0007", "se": "0008", "ch": "0009", "gb": "0000",
    "au": "0006", "cn": "0002", "hk": "0004", "in": "0008", "jp": "0003", "my": "0002",
    "nz": "0008", "sg": "0003", "tw": "0008", "th": "0003", "th_credit": "0003",
}  # fmt: skip

#: Connect reference 13.2, 13.5 (trigger cards), and Stripe docs, "Testing".
BEHAVIOURS = """
4000000000000077   yes                     bypassPending
4000003720000278   yes                     bypassPendingInternational
4000000000000002   generic_decline         visa_chargeDeclined chargeDeclined
4000000000009995   insufficient_funds      visa_chargeDeclinedInsufficientFunds
4000000000009995   insufficient_funds      chargeDeclinedInsufficientFunds
(4000000000009995) insufficient_funds      visa_debit_chargeDeclinedInsufficientFunds
4000000000009987   lost_card               visa_chargeDeclinedLostCard chargeDeclinedLostCard
4000000000009979   stolen_card             visa_chargeDeclinedStolenCard
4000000000009979   stolen_card             chargeDeclinedStolenCard
4000000000000069   expired_card            chargeDeclinedExpiredCard
4000000000000069   expired_card            visa_chargeDeclinedExpiredCard
4000000000000127   incorrect_cvc           chargeDeclinedIncorrectCvc
4000000000000127   incorrect_cvc           visa_chargeDeclinedIncorrectCvc
4000000000000119   processing_error        chargeDeclinedProcessingError
4000000000000119   processing_error        visa_chargeDeclinedProcessingError
4000000000006975   card_velocity_exceeded  visa_chargeDeclinedVelocityLimitExceeded
4000000000006975   card_velocity_exceeded  chargeDeclinedVelocityLimitExceeded
4000000000000341   generic_decline         chargeCustomerFail visa_chargeCustomerFail
(4000000000000341) lost_card               visa_chargeCustomerFailLostCard
(4000000000000341) stolen_card             visa_chargeCustomerFailStolenCard
4100000000000019   fraudulent              radarBlock chargeDeclinedFraudulent
(4100000000000019) fraudulent              visa_chargeDeclinedFraudulent
4000000000004954   yes                     riskLevelHighest
4000000000009235   yes                     riskLevelElevated
4000008400000407   yes                     highFraudDisputeScore
4000008400000159   yes                     highEfwScore
4000008400001017   yes                     radarDynamicRiskThreshold
4000008405600003   yes                     adaptive3dsChallenge
4000000000000101   yes                     cvcCheckFail
4000000000000036   yes                     avsZipFail
4000058400307872   yes                     cvcCheckFailElevatedRisk
4000058400306072   yes                     avsZipFailElevatedRisk
4000000000000028   yes                     avsLine1Fail
4000000000000010   yes                     avsFail
4000000000000044   yes                     avsUnchecked
4000000000000259   yes                     createDispute
4000000000002685   yes                     createDisputeProductNotReceived
4000000000001976   yes                     createDisputeInquiry
4000000000005423   yes                     createIssuerFraudRecord
4000000404000079   yes                     createMultipleDisputes
4000000404000038   yes                     createCe3EligibleDispute
4000008400000779   yes                     createComplianceDispute
5105008400000002   yes                     createMastercardComplianceDispute
4000000001000043   yes                     createAutoRepresentmentEligibleDispute
4000000404004816   yes                     createRapidDisputeResolutionDispute
4000000404005649   yes                     createCe3BlockDispute
5105000300000018   yes                     createEthocaAlert
4000000000007726   yes                     pendingRefund
4000000000005126   yes                     refundFail
4000002500003155   3ds_unless_ready        authenticationRequiredOnSetup
4000002760003184   3ds                     authenticationRequired
4000003800000446   3ds_on_session          authenticationRequiredSetupForOffSession
4000008260003178   3ds_then_no_funds       authenticationRequiredChargeDeclinedInsufficientFunds
4000000000003220   3ds                     threeDSecure2Required
4000008400000027   3ds
4000000000003063   3ds                     threeDSecureRequired
4000008400001629   3ds_then_declined       threeDSecureRequiredChargeDeclined
4000008400001280   3ds_error               threeDSecureRequiredProcessingError
4000000000003055   yes                     threeDSecureOptional
4000000000003097   yes                     threeDSecureOptionalProcessingError
4000000032200000   yes
4000000000003238   3ds
4000000000003246   3ds
4000000000003253   3ds
4000582600000094   3ds
4000582600000045   3ds
4000582600000102   3ds
4000582600000110   3ds
4000000000001208   yes
4000000000003725   yes
4001007020000002   yes                     =offline_pin_cvm
4000008260000075   yes                     =offline_pin_sca_retry
4001000360000005   yes                     =online_pin_cvm
4000002760000008   yes                     =online_pin_sca_retry
4000000000004202   yes                     visa_triggerNextRequirements
4000000000004210   yes                     visa_triggerChargeBlock
4000000000004236   yes                     visa_triggerPayoutBlock
"""


def lines() -> list[tuple[str, str, list[str]]]:
    """(number, or nothing where it is not published; what happens; whole sources)."""
    found = []
    for line in (BRANDS + BEHAVIOURS).split("\n"):
        if line:
            number, happens, *names = line.split()
            found.append(("" if number[0] == "(" else number, happens, sources(names)))
    for name, iso in COUNTRIES.items():
        number = f"400000{iso:03}000{ENDS[name]}" if iso else "4242424242424242"
        found.append((number, "yes", sources([name])))
    return found


def sources(names: list[str]) -> list[str]:
    """`tok_` and `pm_card_` before each name; nothing before one with a sign =."""
    return [
        start + name.removeprefix("=")
        for name in names
        for start in ([""] if name[0] == "=" else ["tok_", "pm_card_"])
    ]
