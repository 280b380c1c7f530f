"""What accounts must tell about themselves, as data: country x type x capability -> fields.

The engine is `core.requirements`; nothing here decides anything. A platform that knows better
gives `Connect` rules of its own: `RULES._replace(...)`.

Sources: Stripe docs, "Required verification information" and "Handling verification with the
API"; where an account of a country was seen just after it was made, that is what the rule says.
Thresholds, grace periods and the fields of BR, IN, JP and MX are unverified.
"""

from __future__ import annotations

from typing import NamedTuple

from connectlib.core.moments import DAY

INDIVIDUAL, COMPANY = "individual", "company"
#: Business types that tell of themselves as companies do.
COMPANIES = "company non_profit government_entity"
FULL, RECIPIENT = "full", "recipient"


class Threshold(NamedTuple):
    """When a field that is only eventually due falls due: whichever is reached first.

    volume: minor units that have come into the balance in all, in `currency`; days: since the
    first charge. 0 = not by this. None of them = only by a trigger (a test card, a new rule).
    """

    volume: int = 0
    currency: str = ""
    days: int = 0


class Rule(NamedTuple):
    """Fields that some accounts need. Words are separated by spaces; "" = all there are.

    fields: paths as Stripe names them. `representative.`, `owners.`, `directors.` and
    `executives.` stand for each person with that role. without: countries it is not for.
    later: None = needed from the start. starts: the moment from which the rule holds (0 =
    always); before it the fields are future requirements. is_verified: not from hearsay.
    """

    fields: str
    countries: str = ""
    business: str = ""
    capabilities: str = ""
    agreement: str = ""
    without: str = ""
    later: Threshold | None = None
    starts: int = 0
    is_verified: bool = True


class Alternative(NamedTuple):
    """Either set of fields satisfies."""

    original: tuple[str, ...]
    alternative: tuple[str, ...]


class Rules(NamedTuple):
    """All that the engine knows of requirements.

    implied: (last word of a field, that of one that says as much). verify_first: countries where
    capabilities stay `pending` until the identity has been checked; documents_first: where
    payouts wait for a document only. grace: how long after a field has fallen due its capability
    goes on working.
    """

    rules: tuple[Rule, ...]
    alternatives: tuple[Alternative, ...]
    implied: tuple[tuple[str, str], ...]
    verify_first: str
    documents_first: str
    grace: int

    def __hash__(self) -> int:
        """Cheap: rules are the key of what is remembered of them, and there are few."""
        return hash((len(self.rules), self.verify_first, self.documents_first, self.grace))


EEA = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LI LT LU LV MT NL NO PL PT RO SE SI SK"
#: Where an address names its state or province.
_STATES = "AE AU BR CA IN MX MY US"
_NO_POSTCODE = "AE HK"
_KANA_ADDRESS = "postal_code state city town line1"
_NAMES = "first_name last_name"
_BIRTH = "dob.day dob.month dob.year"


def _paths(prefix: str, *names: str) -> str:
    return " ".join(f"{prefix}.{name}" for words in names for name in words.split())


def _japanese(prefix: str) -> str:
    return _paths(
        prefix,
        "first_name_kana last_name_kana first_name_kanji last_name_kanji",
        " ".join(f"address_kana.{name}" for name in _KANA_ADDRESS.split()),
        " ".join(f"address_kanji.{name}" for name in _KANA_ADDRESS.split()),
    )


def _person(prefix: str, business: str) -> tuple[Rule, ...]:
    """What is asked of the person behind an account, whoever it is."""
    return (
        Rule(_paths(prefix, _BIRTH), business=business),
        Rule(_paths(prefix, _NAMES, "address.line1 address.city"), business=business, without="JP"),
        Rule(
            _paths(prefix, "address.postal_code"), business=business, without=f"JP {_NO_POSTCODE}"
        ),
        Rule(_paths(prefix, "address.state"), _STATES, business),
        Rule(_paths(prefix, "email phone"), business=business, agreement=FULL),
        Rule(_japanese(prefix), "JP", business, is_verified=False),
        Rule(_paths(prefix, "full_name_aliases"), "SG", business, agreement=FULL),
        Rule(
            _paths(prefix, "id_number nationality"),
            "SG",
            business,
            agreement=FULL,
            is_verified=False,
        ),
        Rule(
            _paths(prefix, "verification.proof_of_liveness"),
            "SG",
            business,
            agreement=FULL,
            later=Threshold(),
        ),
        Rule(_paths(prefix, "id_number"), "BR IN MX", business, agreement=FULL, is_verified=False),
        Rule(
            _paths(prefix, "political_exposure"),
            "BR",
            business,
            agreement=FULL,
            is_verified=False,
        ),
    )


def _role(role: str, countries: str = "", business: str = COMPANIES) -> tuple[Rule, ...]:
    """What is asked of those who own, direct or lead a company."""
    return (
        Rule(_paths(role, _NAMES), countries, business, agreement=FULL, without="JP"),
        Rule(_paths(role, _BIRTH), countries, business, agreement=FULL),
    )


_GENERAL = (
    Rule("business_type"),
    Rule("external_account tos_acceptance.date tos_acceptance.ip"),
    Rule("business_profile.mcc business_profile.url", agreement=FULL),
    Rule(
        "settings.payments.statement_descriptor",
        capabilities="card_payments",
        agreement=FULL,
        is_verified=False,
    ),
)

_INDIVIDUALS = (
    *_person(INDIVIDUAL, INDIVIDUAL),
    Rule(
        "individual.ssn_last_4",
        "US",
        INDIVIDUAL,
        later=Threshold(150_000, "usd", 30),
        is_verified=False,
    ),
    Rule(
        "individual.id_number",
        "US",
        INDIVIDUAL,
        later=Threshold(50_000_000, "usd"),
        is_verified=False,
    ),
    Rule(
        "individual.id_number",
        "US",
        INDIVIDUAL,
        "tax_reporting_us_1099_k tax_reporting_us_1099_misc",
        is_verified=False,
    ),
    Rule("individual.id_number", "GT PK UY", INDIVIDUAL, agreement=RECIPIENT),
    Rule(
        "individual.verification.document", "", INDIVIDUAL, agreement=RECIPIENT, later=Threshold()
    ),
    Rule(
        "individual.verification.document",
        f"{EEA} AU GB",
        INDIVIDUAL,
        agreement=FULL,
        later=Threshold(0, "", 90),
        is_verified=False,
    ),
)

_COMPANIES = (
    *_person("representative", COMPANIES),
    Rule(_paths("representative", "relationship.title"), "", COMPANIES, agreement=FULL),
    Rule(_paths("representative", "ssn_last_4 relationship.executive"), "US", COMPANIES),
    Rule(_paths("company", "name phone address.line1 address.city"), "", COMPANIES, without="JP"),
    Rule("company.address.postal_code", "", COMPANIES, without=f"JP {_NO_POSTCODE}"),
    Rule("company.address.state", _STATES, COMPANIES),
    Rule("company.tax_id", "", COMPANIES),
    Rule(
        _paths(
            "company",
            "name name_kana name_kanji phone",
            " ".join(f"address_kana.{name}" for name in _KANA_ADDRESS.split()),
            " ".join(f"address_kanji.{name}" for name in _KANA_ADDRESS.split()),
        ),
        "JP",
        COMPANIES,
        is_verified=False,
    ),
    Rule("company.owners_provided", "", COMPANY, agreement=FULL),
    *_role("owners", "", COMPANY),
    Rule(
        _paths("owners", "email address.line1 address.city"),
        "",
        COMPANY,
        agreement=FULL,
        without="JP",
    ),
    Rule(
        "company.directors_provided",
        f"{EEA} AU CH GB SG",
        COMPANY,
        agreement=FULL,
        is_verified=False,
    ),
    *_role("directors", f"{EEA} AU CH GB SG", COMPANY),
    Rule("company.executives_provided", f"{EEA} GB", COMPANY, agreement=FULL, is_verified=False),
    *_role("executives", f"{EEA} GB", COMPANY),
    Rule(
        "company.ownership_declaration.date company.ownership_declaration.ip",
        "GB",
        COMPANY,
        agreement=FULL,
    ),
    Rule(
        "company.verification.document",
        f"{EEA} AU GB",
        COMPANIES,
        agreement=FULL,
        later=Threshold(0, "", 90),
        is_verified=False,
    ),
)

RULES = Rules(
    rules=(*_GENERAL, *_INDIVIDUALS, *_COMPANIES),
    alternatives=(
        Alternative(("business_profile.url",), ("business_profile.product_description",)),
    ),
    implied=(("ssn_last_4", "id_number"),),
    verify_first="US",
    documents_first="HK NZ",
    grace=14 * DAY,
)

#: Fields without which nothing is paid out, though charges go on (seen on accounts that lacked
#: just these).
PAYOUT_FIELDS = frozenset({"external_account", "tos_acceptance.date", "tos_acceptance.ip"})
#: Prefix of fields -> the role of persons it stands for, and the field that says all are told.
ROLES = {
    "representative": ("representative", ""),
    "owners": ("owner", "company.owners_provided"),
    "directors": ("director", "company.directors_provided"),
    "executives": ("executive", "company.executives_provided"),
}

#: What the front door calls these.
REQUIREMENTS, RequirementRule, RequirementThreshold = RULES, Rule, Threshold
