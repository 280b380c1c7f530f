"""Every parameter of every model refuses a card number, but those that are for numbers."""

from __future__ import annotations

import importlib
import pkgutil

import pytest
from pydantic import ValidationError

import connectlib.wire.params as rooms
from connectlib.wire.params.base import Params

NUMBER = "4242424242424242"


def models(of: type[Params] = Params) -> set[type[Params]]:
    found = set(of.__subclasses__())
    return found.union(*(models(each) for each in found)) if found else found


for room in pkgutil.iter_modules(rooms.__path__):
    importlib.import_module(f"{rooms.__name__}.{room.name}")

#: (model, field): numbers on their way to the processor, shown and kept nowhere.
NUMBERS = {
    # Some national numbers of people pass every check that card numbers do.
    ("Individual", "id_number"),
    ("Individual", "id_number_secondary"),
    ("Person", "id_number"),
    ("Person", "id_number_secondary"),
    ("Pii", "id_number"),
    # Numbers of bank accounts, with formats of their own.
    ("Bank", "account_number"),
    # Only the published test cards are taken, and that is looked at after the shape.
    ("DebitCard", "number"),
    ("Bank", "routing_number"),
    # Looked at by models of their own, each of which is tried here.
    *(("_Create", name) for name in ("account", "bank_account", "card", "person", "pii")),
    ("AcssDebit", "account_number"),
    ("AcssDebit", "institution_number"),
    ("AcssDebit", "transit_number"),
    ("AuBecsDebit", "account_number"),
    ("AuBecsDebit", "bsb_number"),
    ("BacsDebit", "account_number"),
    ("BacsDebit", "sort_code"),
    ("Boleto", "tax_id"),
    ("Card", "cvc"),
    ("Card", "number"),
    ("SepaDebit", "iban"),
    ("UsBankAccount", "account_number"),
    ("UsBankAccount", "routing_number"),
}
FIELDS = sorted(
    (model.__module__, model.__name__, name) for model in models() for name in model.model_fields
)


def takes(model: type[Params], field: str, value: object) -> bool:
    """Whether a field takes a value, whatever else the model may miss."""
    try:
        model.model_validate({field: value})
    except ValidationError as error:
        wrong = {each["loc"][0] for each in error.errors() if each["type"] != "missing"}
        return field not in wrong and not any(
            each["type"] == "missing" and each["loc"][0] == field for each in error.errors()
        )
    return True


@pytest.mark.parametrize(("module", "name", "field"), FIELDS)
def test_a_field_refuses_a_card_number(module, name, field) -> None:
    model = getattr(importlib.import_module(module), name)
    words = (NUMBER, f"card {NUMBER}", {"n": NUMBER}, {NUMBER: "n"}, [NUMBER])
    taken = [each for each in words if takes(model, field, each)]
    assert bool(taken) is ((name, field) in NUMBERS), taken
