"""Parameters of account links."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from connectlib.core.link_commands import CreateAccountLink
from connectlib.core.refusals import Refused, Why
from connectlib.core.urls import URL_MAX
from connectlib.wire.errors import Invalid
from connectlib.wire.params.base import Id, Params, clean, parse

Url = Annotated[str, Field(min_length=1, max_length=URL_MAX), AfterValidator(clean)]
Fields = Literal["currently_due", "eventually_due"]


class Options(Params):
    """`collection_options`."""

    fields: Fields = "currently_due"
    future_requirements: Literal["include", "omit"] = "omit"


class Create(Params):
    """`account_links.create`."""

    account: Id
    type: Literal["account_onboarding", "account_update"]
    refresh_url: Url
    return_url: Url
    collect: Fields | None = None
    collection_options: Options | None = None


def create(given: dict[str, Any]) -> CreateAccountLink:
    """The command of `account_links.create`. Raises Invalid."""
    asked = parse(Create, given)
    if asked.collect is not None and asked.collection_options is not None:
        raise Invalid(
            Refused(
                Why.PARAMETERS_EXCLUSIVE,
                "You may only specify one of these parameters: collect, collection_options.",
                "collect",
                "drop collect: collection_options[fields] has taken its place",
            )
        )
    options = asked.collection_options or Options()
    return CreateAccountLink(
        asked.account,
        asked.type,
        asked.refresh_url,
        asked.return_url,
        asked.collect or options.fields,
        options.future_requirements,
    )
