"""A request as it is built, or every error that it is refused with."""

from collections.abc import Mapping

import pytest

from qbwc_service import qbxml
from qbwc_service.errors import FieldError, InvalidRequestError


def build(name: str, values: Mapping[str, object], *, version: str = "13.0", country: str = "US") -> str:
    return qbxml.build_request(qbxml.Request(name=name, values=values), version=version, country=country).xml


def errors(
    name: str,
    values: Mapping[str, object],
    *,
    version: str = "13.0",
    country: str = "US",
    attributes: Mapping[str, str] | None = None,
    request_id: str | None = None,
    characters: qbxml.Characters = qbxml.Characters.TRANSLITERATE,
) -> list[FieldError]:
    request = qbxml.Request(name=name, values=values, attributes=attributes or {}, request_id=request_id)
    with pytest.raises(InvalidRequestError) as caught:
        qbxml.build_request(request, version=version, country=country, characters=characters)
    return list(caught.value.errors)


def rules(
    name: str, values: Mapping[str, object], *, version: str = "13.0", country: str = "US"
) -> set[tuple[str, str]]:
    return {(error.path, error.rule) for error in errors(name, values, version=version, country=country)}
