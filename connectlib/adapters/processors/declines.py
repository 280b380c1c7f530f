"""How issuers and banks say no: one row for each code, with what Stripe's errors show of it.

Sources: the codes are those of Stripe's docs, "Decline codes" and, for bank debits, of "Failed
payments" of each method. The columns advice and network are unverified; so are the messages of
bank debits, and those of cards that are marked so.
"""

from __future__ import annotations

from connectlib.ports.processor import Declined

#: decline_code, Stripe's advice_code (later: try_again_later, never: do_not_try_again, check:
#: confirm_card_data, -: none), and the response code of the network (ISO 8583).
_ADVICE = """
authentication_required            -      1A
approve_with_id                    later  05
call_issuer                        later  01
card_not_supported                 never  57
card_velocity_exceeded             later  65
currency_not_supported             never  57
do_not_honor                       later  05
do_not_try_again                   never  05
duplicate_transaction              never  94
expired_card                       never  54
fraudulent                         never  59
generic_decline                    later  05
incorrect_cvc                      check  N7
incorrect_number                   check  14
incorrect_pin                      check  55
incorrect_zip                      check  -
insufficient_funds                 later  51
invalid_account                    never  14
invalid_amount                     never  13
invalid_cvc                        check  -
invalid_expiry_month               check  -
invalid_expiry_year                check  -
invalid_number                     check  -
invalid_pin                        check  55
issuer_not_available               later  91
lost_card                          never  41
merchant_blacklist                 never  -
new_account_information_available  check  05
no_action_taken                    later  21
not_permitted                      never  57
offline_pin_required               -      1A
online_or_offline_pin_required     -      70
pickup_card                        never  04
pin_try_exceeded                   never  75
processing_error                   later  96
reenter_transaction                later  19
restricted_card                    never  62
revocation_of_all_authorizations   never  R1
revocation_of_authorization        never  R0
security_violation                 never  63
service_not_allowed                never  57
stolen_card                        never  43
stop_payment_order                 never  R0
testmode_decline                   never  -
transaction_not_allowed            never  57
try_again_later                    later  05
withdrawal_count_limit_exceeded    later  65
"""
_ADVICE_CODES = {
    "later": "try_again_later",
    "never": "do_not_try_again",
    "check": "confirm_card_data",
    "-": None,
}

#: decline_code -> the field at fault. These, and the last two, are error codes of their own;
#: every other decline has the code card_declined.
_FIELDS = {
    "expired_card": "exp_month",
    "incorrect_cvc": "cvc",
    "incorrect_number": "number",
    "incorrect_zip": "address_zip",
    "invalid_cvc": "cvc",
    "invalid_expiry_month": "exp_month",
    "invalid_expiry_year": "exp_year",
    "invalid_number": "number",
    "authentication_required": None,
    "processing_error": None,
}

_DECLINED = "Your card was declined."
#: What is said other than that; unverified: card_not_supported, invalid_number.
_MESSAGES = {
    "authentication_required": f"{_DECLINED} This transaction requires authentication.",
    "card_not_supported": "Your card is not supported.",
    "card_velocity_exceeded": "Your card was declined for making repeated attempts too frequently"
    " or exceeding its amount limit.",
    "expired_card": "Your card has expired.",
    "incorrect_cvc": "Your card's security code is incorrect.",
    "incorrect_number": "Your card number is incorrect.",
    "incorrect_zip": "Your card could not be authorized using the postal code provided.",
    "insufficient_funds": "Your card has insufficient funds.",
    "invalid_cvc": "Your card's security code is invalid.",
    "invalid_expiry_month": "Your card's expiration month is invalid.",
    "invalid_expiry_year": "Your card's expiration year is invalid.",
    "invalid_number": "The card number is not a valid credit card number.",
    "processing_error": "An error occurred while processing your card. Try again in a little bit.",
}


def _card(decline_code: str, advice: str, network: str) -> Declined:
    return Declined(
        decline_code if decline_code in _FIELDS else "card_declined",
        _MESSAGES.get(decline_code, _DECLINED),
        decline_code,
        _FIELDS.get(decline_code),
        advice_code=_ADVICE_CODES[advice],
        network_decline_code=None if network == "-" else network,
    )


#: Every card decline, by its decline_code.
CARD_DECLINES: dict[str, Declined] = {
    row.split()[0]: _card(*row.split()) for row in _ADVICE.strip().splitlines()
}

#: Failure code of a bank debit or voucher -> message.
_BANKS = {
    "account_closed": "The bank account has been closed.",
    "charge_exceeds_source_limit": "This payment would exceed the weekly volume limit of the bank"
    " account.",
    "charge_exceeds_transaction_limit": "This payment exceeds the limit for one payment from the"
    " bank account.",
    "charge_exceeds_weekly_limit": "This payment would exceed the weekly limit of the bank"
    " account.",
    "debit_not_authorized": "The owner of the bank account has not authorized this debit.",
    "insufficient_funds": "The bank account has insufficient funds.",
    "invalid_currency": "The bank account does not accept this currency.",
    "no_account": "The bank account could not be found.",
    "refer_to_customer": "The bank declined the debit; its owner has to ask there.",
    "payment_intent_mandate_invalid": "The bank refused the mandate for this debit.",
    "payment_intent_payment_attempt_expired": "The voucher ran out before it was paid.",
    "payment_intent_payment_attempt_failed": "The bank could not process the debit.",
    "payment_method_bank_account_blocked": "The bank account can no longer be used.",
    "payment_method_microdeposit_failed": "The microdeposits could not be sent to the bank"
    " account.",
    "payment_method_microdeposit_verification_amounts_invalid": "Exactly two microdeposit amounts"
    " must be given.",
    "payment_method_microdeposit_verification_amounts_mismatch": "The amounts given are not those"
    " that were sent to the bank account.",
    "payment_method_microdeposit_verification_attempts_exceeded": "The bank account cannot be"
    " verified any more: too many attempts.",
    "payment_method_microdeposit_verification_descriptor_code_mismatch": "The code given is not"
    " the one that was sent to the bank account.",
    "payment_method_microdeposit_verification_timeout": "The bank account was not verified in"
    " time.",
}
#: Failure code -> return code of the US network.
_RETURNS = {
    "insufficient_funds": "R01",
    "account_closed": "R02",
    "no_account": "R03",
    "payment_method_bank_account_blocked": "R04",
    "debit_not_authorized": "R10",
}

#: Every way in which a payment from a bank account or by voucher fails, by its code.
BANK_DECLINES: dict[str, Declined] = {
    code: Declined(code, message, network_decline_code=_RETURNS.get(code))
    for code, message in _BANKS.items()
}

#: What Radar stops: nobody outside has been asked.
BLOCKED = CARD_DECLINES["fraudulent"]._replace(
    risk_level="highest", blocked=True, network_decline_code=None
)

#: What the real service says of a buyer who could not be authenticated.
_STRANGER = (
    "We are unable to authenticate your payment method. Please choose a different payment method"
    " and try again."
)
NOT_AUTHENTICATED = Declined("payment_intent_authentication_failure", _STRANGER)
SETUP_NOT_AUTHENTICATED = Declined("setup_intent_authentication_failure", _STRANGER)

#: A payment that has been let go and is asked for again.
CANCELED = Declined("payment_intent_unexpected_state", "This payment has been canceled.")

#: A method that has to be begun anew for every payment. Unverified.
NOT_REUSABLE = Declined(
    "payment_method_unsupported_type", "This payment method cannot be set up for later payments."
)
