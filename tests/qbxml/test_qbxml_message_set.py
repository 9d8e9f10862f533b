from collections.abc import Callable

import pytest

from qbwc_service import qbxml
from qbwc_service.errors import InvalidRequestError

QUERY = qbxml.build_request(qbxml.Request(name="HostQueryRq", request_id="1"))


def test_a_message_set_is_a_whole_document() -> None:
    document = qbxml.build_message_set([QUERY, QUERY], version="14.0", new_message_set_id="abc")
    assert document == (
        '<?xml version="1.0" encoding="utf-8"?><?qbxml version="14.0"?><QBXML>'
        '<QBXMLMsgsRq onError="continueOnError" newMessageSetID="abc">'
        '<HostQueryRq requestID="1"></HostQueryRq><HostQueryRq requestID="1"></HostQueryRq></QBXMLMsgsRq></QBXML>'
    )


def test_a_status_check_needs_no_request() -> None:
    document = qbxml.build_message_set([], version="13.0", new_message_set_id="x", old_message_set_id="x")
    assert 'newMessageSetID="x" oldMessageSetID="x"></QBXMLMsgsRq>' in document


@pytest.mark.parametrize(
    ("options", "path"),
    [
        ({"version": "12.0"}, "version"),
        ({"version": "13.0", "on_error": "rollbackOnError"}, "on_error"),
        ({"version": "13.0", "new_message_set_id": "x" * 25}, "new_message_set_id"),
        ({"version": "13.0", "old_message_set_id": "ä"}, "old_message_set_id"),
        ({"version": "13.0", "old_message_set_id": ""}, "old_message_set_id"),
    ],
)
def test_what_quickbooks_would_refuse_is_refused(options: dict[str, str], path: str) -> None:
    build: Callable[..., str] = qbxml.build_message_set
    with pytest.raises(InvalidRequestError) as caught:
        build([QUERY], **options)
    assert [error.path for error in caught.value.errors] == [path]


def test_a_message_set_without_anything_is_refused() -> None:
    with pytest.raises(InvalidRequestError, match="needs a request"):
        qbxml.build_message_set([], version="13.0")


@pytest.mark.parametrize(
    ("supported", "major", "minor", "version"),
    [
        (("1.0", "9.0", "12.0", "13.0", "14.0", "15.0", "16.0"), 16, 0, "16.0"),
        (("1.0", "9.0", "12.0", "13.0", "14.0", "15.0", "16.0"), 14, 0, "14.0"),
        (("13.0", "16.0"), 15, 0, "13.0"),
        (("13.0", "16.0", "17.0"), None, None, "16.0"),
        (("13.0", "16.0"), 0, 0, "16.0"),
        (("9.0", "13.0"), 13, 0, "13.0"),
        (("9.0",), 9, 0, "13.0"),
        ((), 16, 0, "13.0"),
        ((), None, None, "13.0"),
    ],
)
def test_the_highest_common_version_is_chosen_by_number(
    supported: tuple[str, ...], major: int | None, minor: int | None, version: str
) -> None:
    assert qbxml.choose_version(supported, major=major, minor=minor) == version


def test_a_request_that_was_built_for_a_newer_version_is_refused() -> None:
    older, newer = (qbxml.build_request(qbxml.Request(name="HostQueryRq"), version=each) for each in ("13.0", "16.0"))
    assert (older.version, newer.version) == ("13.0", "16.0")
    with pytest.raises(InvalidRequestError) as caught:
        qbxml.build_message_set([older, newer], version="13.0")
    assert [(error.path, error.rule) for error in caught.value.errors] == [("requests[1]", "version")]
    assert qbxml.build_message_set([older, newer], version="16.0").count("<HostQueryRq") == 2
