"""What a person sees when a page cannot be shown: one table from our errors to a status and a sentence.

This is one of the service's four doors, so it is allowed to catch everything. What went wrong goes to the log under a
reference that the page shows; the page itself never tells more than the person can use.
"""

import secrets
from dataclasses import dataclass
from http import HTTPStatus

from flask import Blueprint, Response, make_response, render_template, request
from werkzeug.exceptions import HTTPException

from qbwc_service import errors
from qbwc_service.observability import get_logger


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """An error page: its HTTP status, headline, and what the person can do."""

    status: int
    title: str
    advice: str


_OUR_FAULT = Page(
    status=500,
    title="Something went wrong on our side",
    advice="Please try again in a few minutes. If it happens again, tell the person who runs this service.",
)
_NOT_FOUND = Page(
    status=404,
    title="There is no such page",
    advice="Please check the address; a link from a mail may have been cut in two.",
)
_BAD_INPUT = Page(status=400, title="That cannot be read", advice="Please go back and check what was entered.")
_NOT_SET_UP = Page(
    status=500,
    title="This service is not set up completely",
    advice="Please tell the person who runs it: the log says which setting is missing or wrong.",
)

PAGES: dict[type[errors.QbwcServiceError], Page] = {
    errors.QbwcServiceError: _OUR_FAULT,
    errors.InputError: _BAD_INPUT,
    errors.InvalidFieldsError: _BAD_INPUT,
    errors.InvalidRequestError: _BAD_INPUT,
    errors.InvalidDocumentError: _BAD_INPUT,
    errors.InvalidQwcError: _NOT_SET_UP,
    errors.InvalidSettingsError: _NOT_SET_UP,
    errors.UnresolvedReferenceError: _BAD_INPUT,
    errors.AccountNotConfiguredError: _BAD_INPUT,
    errors.NotFoundError: _NOT_FOUND,
    errors.StateError: Page(
        status=409,
        title="That is not possible at the moment",
        advice="Something has changed in the meantime. Please load the page again.",
    ),
    errors.AnswerError: _OUR_FAULT,
    errors.TruncatedAnswerError: _OUR_FAULT,
    errors.SchemaError: Page(
        status=503,
        title="This service is being updated",
        advice="Please try again in a few minutes.",
    ),
}
"""Every error of our tree, by class; a test fails when one is missing."""

_HTTP_PAGES = {
    404: _NOT_FOUND,
    405: Page(status=405, title="That is not possible here", advice="Please open the page in a browser."),
}


def register_error_pages(blueprint: Blueprint) -> None:
    """Give the whole application our error pages instead of Werkzeug's."""
    blueprint.app_errorhandler(HTTPException)(_show_http_error)
    blueprint.app_errorhandler(errors.QbwcServiceError)(_show_our_error)
    blueprint.app_errorhandler(Exception)(_show_defect)


def page_of(error: errors.QbwcServiceError) -> Page:
    """Find the page of an error: that of its class, or of the nearest class above it."""
    return next((PAGES[kind] for kind in type(error).__mro__ if kind in PAGES), _OUR_FAULT)


def _show_http_error(error: HTTPException) -> Response:
    if error.response is not None or error.code is None:
        return make_response(error)  # Somebody made the whole answer already, a redirect for example.
    page = _HTTP_PAGES.get(error.code)
    if page is None:
        is_ours = error.code >= HTTPStatus.INTERNAL_SERVER_ERROR
        advice = _OUR_FAULT.advice if is_ours else _BAD_INPUT.advice
        page = Page(status=error.code, title=_OUR_FAULT.title if is_ours else error.name, advice=advice)
    response = _render(page, reference=None)
    for name, value in error.get_headers():
        if name.lower() == "allow":
            response.headers[name] = value  # HTTP demands it of a 405.
    return response


def _show_our_error(error: errors.QbwcServiceError) -> Response:
    page = page_of(error)
    if page.status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return _render(page, reference=None)
    return _render(page, reference=_record(error, code=error.code))


def _show_defect(error: Exception) -> Response:
    return _render(_OUR_FAULT, reference=_record(error, code="defect"))


def _record(error: Exception, *, code: str) -> str:
    reference = secrets.token_hex(4)
    # The endpoint, not the path: the path of a setup page is a secret.
    get_logger().error("page_failed", endpoint=request.endpoint, code=code, reference=reference, exc_info=error)
    return reference


def _render(page: Page, *, reference: str | None) -> Response:
    return make_response(render_template("admin/error.html", page=page, reference=reference), page.status)
