"""Message-set recovery: the table of new and old ids, row by row."""

import pytest
from lxml import etree

from qbwc_service.simulator.quickbooks.company import Company
from qbwc_service.simulator.quickbooks.hresult import HresultError
from qbwc_service.simulator.quickbooks.program import QuickBooks
from qbwc_service.simulator.quickbooks.sdk_client import SdkClient

ADD = "<CustomerAddRq requestID='1'><CustomerAdd><Name>{}</Name></CustomerAdd></CustomerAddRq>"


def send(client: SdkClient, body: str, *, new: str = "", old: str = "") -> etree._Element:
    attributes = (f'newMessageSetID="{new}" ' if new else "") + (f'oldMessageSetID="{old}"' if old else "")
    return client.send(body, attributes=attributes)


def set_status(answer: etree._Element) -> tuple[str | None, int]:
    return answer.get("messageSetStatusCode"), len(answer)


def test_without_ids_nothing_is_kept(client: SdkClient, company: Company) -> None:
    answer = send(client, ADD.format("A"))
    assert answer.get("messageSetStatusCode") is None
    assert answer.find(".//ErrorRecovery") is None
    assert not any(company.tables.message_sets.values())


def test_a_new_set_is_executed_and_names_what_it_made(client: SdkClient) -> None:
    answer = send(client, ADD.format("A"), new="X")
    assert answer.get("newMessageSetID") == "X"
    assert set_status(answer) == ("0", 1)
    assert answer.findtext(".//ErrorRecovery/ListID") == answer.findtext(".//CustomerRet/ListID")


def test_the_same_set_again_is_answered_but_not_executed(client: SdkClient, company: Company) -> None:
    first, again = (etree.tostring(send(client, ADD.format("A"), new="X")) for _ in range(2))
    assert again == first
    assert company.count_writes(ref_number="A") == 1


def test_other_content_under_the_same_id_is_9001(client: SdkClient, company: Company) -> None:
    send(client, ADD.format("A"), new="X")
    assert set_status(send(client, ADD.format("B"), new="X")) == ("9001", 0)
    assert company.count_writes(ref_number="B") == 0


def test_asking_for_a_set_gives_its_answer_or_9002(client: SdkClient, company: Company) -> None:
    first = send(client, ADD.format("A"), new="X")
    assert etree.tostring(send(client, "", new="X", old="X")) == etree.tostring(first)
    assert set_status(send(client, "", new="Z", old="Z")) == ("9002", 0)
    assert set_status(send(client, ADD.format("B"), new="Z", old="Z")) == ("9002", 0)
    assert company.count_writes(ref_number="B") == 0


def test_old_alone_forgets_and_an_unknown_one_is_600(client: SdkClient) -> None:
    send(client, ADD.format("A"), new="X")
    assert set_status(send(client, "", old="X")) == ("0", 0)
    assert set_status(send(client, "", old="X")) == ("600", 0)
    assert set_status(send(client, "", new="X", old="X")) == ("9002", 0)


def test_a_chained_set_acknowledges_the_one_before(client: SdkClient, company: Company) -> None:
    send(client, ADD.format("A"), new="X")
    chained = [send(client, ADD.format("B"), new="Y", old="X") for _ in range(2)]
    assert [set_status(answer) for answer in chained] == [("0", 1), ("0", 1)]
    assert company.count_writes(ref_number="B") == 1
    assert set_status(send(client, "", new="X", old="X")) == ("9002", 0)
    assert set_status(send(client, "", new="Y", old="Y")) == ("0", 1)


@pytest.mark.parametrize("token", ["CLR-ALL-MSG-SETS", "ClearAllMessageSets"])
def test_a_token_forgets_everything(client: SdkClient, token: str) -> None:
    send(client, ADD.format("A"), new="X")
    send(client, ADD.format("B"), new="Y")
    assert set_status(send(client, "", old=token)) == ("0", 0)
    assert set_status(send(client, "", new="Y", old="Y")) == ("9002", 0)


def test_an_id_over_24_characters_is_9004_and_nothing_is_done(client: SdkClient, company: Company) -> None:
    assert set_status(send(client, ADD.format("A"), new="x" * 25)) == ("9004", 0)
    assert company.writes == ()
    assert set_status(send(client, ADD.format("A"), new="x" * 24)) == ("0", 1)


def test_each_application_has_its_own_state(client: SdkClient, quickbooks: QuickBooks) -> None:
    send(client, ADD.format("A"), new="X")
    other = SdkClient(quickbooks, app_name="Another")
    assert set_status(send(other, "", new="X", old="X")) == ("9002", 0)


def test_state_survives_a_restart_but_not_a_restored_backup(quickbooks: QuickBooks, company: Company) -> None:
    backup = company.backup()
    send(SdkClient(quickbooks), ADD.format("A"), new="X")
    quickbooks.restart()
    assert set_status(send(SdkClient(quickbooks), "", new="X", old="X")) == ("0", 1)
    company.restore(backup)
    assert set_status(send(SdkClient(quickbooks), "", new="X", old="X")) == ("9002", 0)
    assert company.find_entry(("Customer",), name="A") is None


def test_a_lost_answer_is_found_and_a_crash_in_the_middle_is_not(client: SdkClient, company: Company) -> None:
    client.quickbooks.fail_next()
    with pytest.raises(HresultError):
        send(client, ADD.format("A"), new="X")
    assert set_status(send(client, "", new="X", old="X")) == ("0", 1)
    client.quickbooks.fail_next(after_requests=1)
    with pytest.raises(HresultError):
        send(client, ADD.format("B") + ADD.format("C"), new="Y")
    assert set_status(send(client, "", new="Y", old="Y")) == ("9002", 0)
    assert [company.count_writes(ref_number=name) for name in "ABC"] == [1, 1, 0]


def test_switched_off_nothing_is_kept(client: SdkClient, company: Company) -> None:
    company.switches.recovery = False
    send(client, ADD.format("A"), new="X")
    assert set_status(send(client, "", new="X", old="X")) == ("9002", 0)


def test_a_kept_answer_can_be_trimmed_to_its_ids(client: SdkClient, company: Company) -> None:
    company.switches.trimmed_answers = True
    live = send(client, ADD.format("A"), new="X")
    kept = send(client, "", new="X", old="X")
    assert live.find(".//CustomerRet") is not None
    assert kept.find(".//CustomerRet") is None
    assert kept.findtext(".//ErrorRecovery/ListID") == live.findtext(".//CustomerRet/ListID")


def test_only_so_many_answers_are_kept_as_the_switch_says(client: SdkClient, company: Company) -> None:
    company.switches.message_sets_kept = 1
    send(client, ADD.format("A"), new="X")
    send(client, ADD.format("B"), new="Y")
    assert set_status(send(client, "", new="X", old="X")) == ("9002", 0)
    assert set_status(send(client, "", new="Y", old="Y")) == ("0", 1)
