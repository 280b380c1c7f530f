"""What Stripe's docs say of each test bank account, apart from the tables of the package.

A line: the account number, its payment method (-: none), how a payment ends (paid, or its failure
code; a word with ! is said at once), and after how many minutes.
"""

from __future__ import annotations

US = """
000123456789  pm_usBankAccount_success              paid                                 0
000111111113  pm_usBankAccount_accountClosed        account_closed                       0
000111111116  pm_usBankAccount_noAccount            no_account                           0
000222222227  pm_usBankAccount_insufficientFunds    insufficient_funds                   0
000333333335  pm_usBankAccount_debitNotAuthorized   debit_not_authorized                 0
000444444440  pm_usBankAccount_invalidCurrency      invalid_currency                     0
000666666661  pm_usBankAccount_failMicrodeposits    payment_method_microdeposit_failed!  0
000000004954  pm_usBankAccount_riskLevelHighest     card_declined!                       0
000555555559  pm_usBankAccount_dispute              paid                                 0
000000000009  pm_usBankAccount_processing           never                                3
000777777771  pm_usBankAccount_weeklyLimitExceeded  charge_exceeds_source_limit          0
000888888885  -                                     payment_method_bank_account_blocked  0
"""
BACS = """
00012345  pm_bacsDebit_success                    paid                              0
90012345  pm_bacsDebit_successDelayed             paid                              3
33333335  pm_bacsDebit_debitNotAuthorized         debit_not_authorized              0
93333335  pm_bacsDebit_debitNotAuthorizedDelayed  debit_not_authorized              3
22222227  pm_bacsDebit_insufficientFunds          insufficient_funds                0
92222227  pm_bacsDebit_insufficientFundsDelayed   insufficient_funds                3
55555559  pm_bacsDebit_dispute                    paid                              3
00033333  pm_bacsDebit_mandateRefused             payment_intent_mandate_invalid    0
34343434  pm_bacsDebit_exceedsWeeklyLimit         charge_exceeds_source_limit       0
12121212  pm_bacsDebit_exceedsTransactionLimit    charge_exceeds_transaction_limit  0
11111116  -                                       no_account                        0
11111113  -                                       account_closed                    0
44444440  -                                       invalid_currency                  0
"""
BECS = """
000123456  pm_auBecsDebit_success                  paid                              0
900123456  pm_auBecsDebit_successDelayed           paid                              3
111111113  pm_auBecsDebit_accountClosed            account_closed                    0
111111116  pm_auBecsDebit_noAccount                no_account                        0
222222227  pm_auBecsDebit_referToCustomer          refer_to_customer                 0
922222227  pm_auBecsDebit_referToCustomerDelayed   refer_to_customer                 3
333333335  pm_auBecsDebit_debitNotAuthorized       debit_not_authorized              0
666666660  pm_auBecsDebit_dispute                  paid                              0
343434343  pm_auBecsDebit_exceedsWeeklyLimit       charge_exceeds_source_limit       0
121212121  pm_auBecsDebit_exceedsTransactionLimit  charge_exceeds_transaction_limit  0
444444440  -                                       invalid_currency                  0
"""
ACSS = """
000123456789  pm_acssDebit_success             paid                                 0
900123456789  -                                paid                                 3
000111111116  pm_acssDebit_noAccount           no_account                           0
000111111113  pm_acssDebit_accountClosed       account_closed                       0
000222222227  pm_acssDebit_insufficientFunds   insufficient_funds                   0
900222222227  -                                insufficient_funds                   3
000333333335  pm_acssDebit_debitNotAuthorized  debit_not_authorized                 0
000444444440  -                                invalid_currency                     0
000555555559  pm_acssDebit_dispute             paid                                 0
000666666661  -                                payment_method_microdeposit_failed!  0
000777777771  -                                charge_exceeds_source_limit          0
000888888881  -                                charge_exceeds_transaction_limit     0
"""

#: kind -> (what is given beside the account number, lines)
ACCOUNTS = {
    "us_bank_account": ({"routing_number": "110000000"}, US),
    "bacs_debit": ({"sort_code": "10-88-00"}, BACS),
    "au_becs_debit": ({"bsb_number": "000-000"}, BECS),
    "acss_debit": ({"institution_number": "000", "transit_number": "11000"}, ACSS),
}

#: SEPA direct debit: what stands in the name, and the IBANs of all countries. Those whose number
#: tells the outcome itself are found by their last digits instead: see `ENDINGS`.
IBANS = {
    "success": """
        AT611904300234573201 BE62510007547061 HR7624020064583467589 EE382200221020145685
        FI2112345600000785 FR1420041010050500013M02606 DE89370400440532013000
        GI60MPFS599327643783385 IE29AIBK93115212345678 LI0508800636123378777
        LT121000011101001000 LU280019400644750000 NL39RABO0300065264 NO9386011117947
        PT50000201231234567890154 ES0700120345030000067890 SE3550000000054910000003
        CH9300762011623852957 GB82WEST12345698765432""",
    "successDelayed": """
        AT321904300235473204 BE78510007547064 HR6323600002337876649 EE222200221020145682
        FI3712345600000788 FR3020041010050500013M02609 DE08370400440532013003
        GI08RRNW626436291644533 IE24AIBK93115212345671 LI4408800387787111369
        LT281000011101001003 LU440019400644750003 NL55RABO0300065267 NO8886011117940
        PT66000201231234567890157 ES2300120345030000067893 SE5150000000054910000006
        CH8656663438253651553 GB98WEST12345698765435""",
    "failed": """
        AT861904300235473202 BE68539007547034 HR2725000096983499248 EE762200221020145680
        FI9112345600000786 FR8420041010050500013M02607 DE62370400440532013001
        GI41SAFA461293238477751 IE02AIBK93115212345679 LI1208800143823175626
        LT821000011101001001 LU980019400644750001 NL91ABNA0417164300 NO6686011117948
        PT23000201231234567890155 ES9121000418450200051332 SE0850000000054910000004
        CH5362200119938136497 GB55WEST12345698765433""",
    "failedDelayed": """
        AT051904300235473205 BE51510007547065 HR6723600004878117427 EE922200221020145683
        FI1012345600000789 FR7920041010050500013M02600 DE78370400440532013004
        GI50LROG772261344693297 IE94AIBK93115212345672 LI4908800356441975566
        LT981000011101001004 LU170019400644750004 NL28RABO0300065268 NO6186011117941
        PT39000201231234567890158 ES9300120345030000067894 SE2450000000054910000007
        CH1843597160341964438 GB71WEST12345698765436""",
    "disputed": """
        AT591904300235473203 BE08510007547063 HR8724840081455523553 EE492200221020145681
        FI6412345600000787 FR5720041010050500013M02608 DE35370400440532013002
        GI26KJBC361883934534696 IE51AIBK93115212345670 LI7708800125525347723
        LT551000011101001002 LU710019400644750002 NL82RABO0300065266 NO3986011117949
        PT93000201231234567890156 ES5000120345030000067892 SE7850000000054910000005
        CH1260378413965193069 GB28WEST12345698765434""",
}
#: What stands in the name -> last digits.
ENDINGS = {
    "exceedsWeeklyVolumeLimit": "0343434",
    "exceedsWeeklyTransactionLimit": "0121212",
    "insufficientFunds": "2222227",
}
#: What stands in the name -> (how a payment ends, after how many minutes).
OUTCOMES = {
    "success": ("paid", 0),
    "successDelayed": ("paid", 3),
    "failed": ("payment_intent_payment_attempt_failed", 0),
    "failedDelayed": ("payment_intent_payment_attempt_failed", 3),
    "disputed": ("paid", 0),
    "exceedsWeeklyVolumeLimit": ("charge_exceeds_source_limit", 0),
    "exceedsWeeklyTransactionLimit": ("charge_exceeds_weekly_limit", 0),
    "insufficientFunds": ("insufficient_funds", 0),
}
