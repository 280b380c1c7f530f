"""What accounts of each country can do."""

from __future__ import annotations

from typing import Any

from connectlib.api._async.base import AsyncResource
from connectlib.api.errors import error_of
from connectlib.core.country_specs import page as page_of
from connectlib.core.country_specs import spec_of
from connectlib.core.refusals import Refused, Why
from connectlib.wire.objects.base import ListObject
from connectlib.wire.objects.country_specs import CountrySpecObject
from connectlib.wire.params.pages import page
from connectlib.wire.params.values import shown, text_of


class AsyncCountrySpecs(AsyncResource):
    """The countries where accounts take payments."""

    _url = "/v1/country_specs"

    async def retrieve(self, country: object) -> CountrySpecObject:
        """The spec of a country: two letters.

        Source: Stripe API reference, "Country Specs".

        Raises:
            InvalidRequestError: no accounts take payments there (404).
        """
        code = self._parse(text_of, country, "country")
        found = spec_of(code)
        if found is None:
            raise error_of(_unknown(code, "country"))
        return CountrySpecObject(found)

    async def list(self, **params: Any) -> ListObject:
        """A page of specs by their codes: limit, starting_after, ending_before.

        Raises:
            InvalidRequestError: a parameter is wrong.
        """
        asked = self._parse(page, params, {})
        found = page_of(asked.limit, asked.after, asked.before)
        if found is None:
            name = "starting_after" if asked.after is not None else "ending_before"
            raise error_of(_unknown(asked.after or asked.before, name))
        specs, more = found
        backward = asked.before is not None

        def following(edge: str) -> Any:
            return self.list(**{**params, "ending_before" if backward else "starting_after": edge})

        return ListObject(
            [CountrySpecObject(spec) for spec in specs],
            has_more=more,
            url=self._url,
            more=following,
            is_backward=backward,
        )


def _unknown(code: str, param: str) -> Refused:
    return Refused(
        Why.RESOURCE_MISSING,
        f"Country '{shown(code)}' is unknown. Try using a 2-character alphanumeric country code.",
        param,
        "connect.country_specs.list() tells all of them",
    )
