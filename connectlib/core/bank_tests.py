"""Published test numbers of payout destinations, and what becomes of payouts to them.

They are taken before any check of formats: some have no valid check digits. Source: Stripe docs,
"Testing Connect", payouts; the last three of the German samples are unverified.
"""

from __future__ import annotations

from typing import NamedTuple

_CODES = (
    None,
    "no_account",
    "account_closed",
    "insufficient_funds",
    "debit_not_authorized",
    "invalid_currency",
)
_LONG = ("000123456789", "000111111116", "000111111113", "000222222227", "000333333335",
         "000444444440")  # fmt: skip
_NINE = ("000123456", "111111116", "111111113", "222222227", "333333335", "444444440")
_EIGHT = ("00012345", "11111116", "11111113", "22222227", "33333335", "44444440")
_IBANS = ("DE89370400440532013000", "DE62370400440532013001", *(
    f"DE8937040044053201300{last}" for last in range(2, 6)
))  # fmt: skip

STANDARD, INSTANT = "standard", "standard instant"
#: US numbers: not eligible for instant payouts; verification of the owner that completes later;
#: one that asks for documents.
NOT_INSTANT, OWNER_VERIFIED, OWNER_DOCUMENTS = "000888888883", "000999999991", "000999999992"
#: Those whose owner a verifier is asked about.
CHECKED = frozenset({OWNER_VERIFIED, OWNER_DOCUMENTS})
#: The routing number of each shape, without dashes.
ROUTING = {
    "US": "110000000",
    "CA": "11000000",
    "SG": "1100000",
    "BR": "1100000",
    "JP": "1100000",
    "AU": "110000",
    "HK": "110000",
    "GB": "108800",
}
_BY_ROUTING = {
    "110000000": (*_LONG, NOT_INSTANT, OWNER_VERIFIED, OWNER_DOCUMENTS),
    "11000000": _LONG,
    "1100000": _LONG,
    "110000": _NINE,
    "108800": _EIGHT,
    "": _IBANS,
}


class Tested(NamedTuple):
    """What is known of a published number. outcome: how payouts fail. methods: by spaces."""

    outcome: str | None = None
    methods: str = STANDARD


def bank(country: str, number: str, routing: str | None) -> Tested | None:
    """What a published bank account does; None where it is none. Both without dashes."""
    if country in ROUTING and routing != ROUTING[country]:
        return None
    numbers = _BY_ROUTING.get(routing or "", ())
    if number not in numbers or (routing is None and country != "DE"):
        return None
    place = numbers.index(number)
    instant = country == "US" and number != NOT_INSTANT
    outcome = _CODES[place] if place < len(_CODES) else None
    return Tested(outcome, INSTANT if instant else STANDARD)


class Card(NamedTuple):
    """A published debit card. outcome: how payouts to it fail."""

    brand: str
    country: str
    number: str
    outcome: str | None = None
    methods: str = INSTANT


#: Country, Visa that succeeds, fails, takes no instant payouts; Mastercard that succeeds.
_CARDS = """
US 4000056655665556 4000056655665572 4000056755665555 5200828282828210
CA 4000051240000005 4000051240000021 4000051240000039 5510121240000006
SG 4000057020000008 4000057020000016 4000057020000024 2227200000000009
AU 4000050360000019 4000050360000027 4000050360000035 5555050360000023
AE 4000057840000006 4000057840000014 4000057840000022 5555057840000002
GB 4000058260000203 4000058260000211 4000058260000229 5555058260000100
AT 4000050400000003 4000050400000011 4000050400000029 5555050400000009
BE 4000050560000009 4000050560000017 4000050560000025 5555050560000005
HR 4000051910000004 4000051910000012 4000051910000020 5555051910000000
CY 4000051960000003 4000051960000011 4000051960000029 5555051960000009
EE 4000052330000004 4000052330000012 4000052330000020 5555052330000000
FI 4000052460000006 4000052460000014 4000052460000022 5555052460000002
FR 4000052500000008 4000052500000016 4000052500000024 5555052500000004
DE 4000052760000037 4000052760000011 4000052760000029 5555052760000009
MT 4000054700000002 4000054700000010 4000054700000028 5555054700000008
NL 4000055280000007 4000055280000015 4000055280000023 5555055280000003
PT 4000056200000002 4000056200000010 4000056200000028 5555056200000008
SK 4000057030000006 4000057030000014 4000057030000022 5555057030000002
SI 4000057050000001 4000057050000019 4000057050000027 5555057050000007
ES 4000057240000036 4000057240000010 4000057240000028 5555057240000008
DK 4000052080000006 4000052080000014 4000052080000022 5555052080000002
MY 4000054580000031 4000054580000015 4000054580000023 5555054580000003
NZ 4000055540000003 4000055540000011 4000055540000029 5555055540000165
NO 4000055780000002 4000055780000010 4000055780000028 5555055780000008
SE 4000057520000003 4000057520000011 4000057520000029 5555057520000009
CZ 4000052030000007 4000052030000015 4000052030000023 5555052030000003
HU 4000053480000000 4000053480000018 4000053480000026 5555053480000006
PL 4000056160000000 4000056160000018 4000056160000026 5555056160000006
RO 4000056420000030 4000056420000014 4000056420000022 5555056420000002
GR 4000053000000001 4000053000000019 4000053000000027 5555053000000007
IE 4000053720000000 4000053720000018 4000053720000026 5555053720000006
IT 4000053800000037 4000053800000011 4000053800000029 5555053800000009
LV 4000054280000000 4000054280000018 4000054280000026 5555054280000006
LT 4000054400000005 4000054400000013 4000054400000021 5555054400000001
LU 4000054420000001 4000054420000019 4000054420000027 5555054420000007
"""


def _cards() -> dict[str, Card]:
    """{token: card}."""
    found = {}
    for line in _CARDS.split("\n"):
        if not line:
            continue
        country, good, fails, slow, other = line.split()
        head = f"tok_visa_debit_{country.lower()}"
        found[f"{head}_transferSuccess"] = Card("Visa", country, good)
        found[f"{head}_transferFail"] = Card("Visa", country, fails, "could_not_process")
        found[f"{head}_instantPayoutUnsupported"] = Card("Visa", country, slow, methods=STANDARD)
        name = f"tok_mastercard_debit_{country.lower()}_transferSuccess"
        found[name] = Card("MasterCard", country, other)
    found["tok_discover_debit_us_transferSuccess"] = Card("Discover", "US", "6011981111111113")
    return found


#: Token -> card, and number -> card.
CARDS = _cards()
BY_NUMBER = {card.number: card for card in CARDS.values()}
#: Tokens of cards that no payout goes to.
CREDIT = frozenset({"tok_visa_credit_au", "tok_visa_credit_ae"})
