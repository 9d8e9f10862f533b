"""``qbwc-service qbxml``: no settings, no database; every mistake is a sentence, never a traceback."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from qbwc_service import qbxml
from qbwc_service.cli import main

PROGRAM = [sys.executable, "-m", "qbwc_service.cli", "qbxml"]
INVOICE = {"customer_ref": {"full_name": "Ann"}, "lines": [{"desc": "Load 7", "amount": 300.5}]}
GOOD = "<CustomerQueryRq>\n<MaxReturned>5</MaxReturned>\n</CustomerQueryRq>"


def run(*arguments: str, stdin: str | bytes | None = None) -> Result:
    return CliRunner().invoke(main, ["qbxml", *arguments], input=stdin)


def run_json(*arguments: str, stdin: str | bytes | None = None, exit_code: int = 0) -> Any:
    result = run(*arguments, "--json", stdin=stdin)
    assert result.exit_code == exit_code, result.output
    return json.loads(result.stdout)


def test_a_good_document_is_said_to_be_good(tmp_path: Path) -> None:
    path = tmp_path / "good.xml"
    path.write_text(GOOD)

    result = run("validate", str(path))

    assert (result.exit_code, result.stdout) == (0, f"{path}: good\n")
    assert run_json("validate", "-", stdin=GOOD) == {"file": "<stdin>", "is_valid": True, "mistakes": []}


def test_every_mistake_is_named_with_its_line_and_path() -> None:
    text = GOOD.replace("5", "0").replace("</Cus", "<Foo/></Cus")

    result = run("validate", "-", stdin=text)

    assert result.exit_code == 2
    assert result.stdout == (
        "<stdin>:2: MaxReturned: is outside 1.. (format)\n<stdin>:3: Foo: is not known here (unknown)\n"
    )
    answer = run_json("validate", "-", stdin=text, exit_code=2)
    assert [mistake["path"] for mistake in answer["mistakes"]] == ["MaxReturned", "Foo"]
    assert answer["mistakes"][0] == {
        "line": 2,
        "path": "MaxReturned",
        "rule": "format",
        "message": "is outside 1..",
        "limit": "1..",
        "length": None,
    }


@pytest.mark.parametrize("data", [b"", b"\xff\xfe\x00", b"\x00" * 10, b"<!DOCTYPE a []><a/>", b"<a", "日本".encode()])
def test_whatever_the_file_holds_the_answer_is_a_sentence(data: bytes) -> None:
    result = run("validate", "-", stdin=data)

    assert result.exit_code == 2
    assert result.stdout.startswith("<stdin>:1:")
    assert "internal" not in result.output


def test_the_edition_and_the_version_can_be_chosen() -> None:
    query = "<InventorySiteQueryRq/>"
    assert run("validate", "-", stdin=query).exit_code == 0
    assert run("validate", "-", "--country", "AU", stdin=query).exit_code == 2
    assert run("validate", "-", "--qbxml-version", "16.0", stdin=query).exit_code == 0
    assert run("validate", "-", "--qbxml-version", "12.0", stdin=query).exit_code == 2


@pytest.mark.parametrize("command", [("validate",), ("build", "host_query")])
def test_a_file_that_cannot_be_read_is_named_with_what_helps(command: tuple[str, ...], tmp_path: Path) -> None:
    for path in (tmp_path / "missing.xml", tmp_path):
        error = run_json(*command, str(path), exit_code=2)["error"]
        assert (error["code"], error["field"]) == ("invalid_input", "file")
        assert str(path) in error["message"]
        assert "- for standard input" in error["remedy"]


def test_a_document_is_built_from_json(tmp_path: Path) -> None:
    text = json.dumps(INVOICE)
    path = tmp_path / "invoice.json"
    path.write_text(text)

    result = run("build", "invoice_add", stdin=text)

    assert result.exit_code == 0
    assert "<Amount>300.50</Amount>" in result.stdout
    assert result.stdout.rstrip("\n") == run_json("build", "InvoiceAddRq", str(path))["qbxml"]
    assert qbxml.validate(result.stdout) == ()


def test_numbers_of_json_are_exact() -> None:
    text = '{"name": "A", "credit_limit": 1234567890123.45}'
    assert "<CreditLimit>1234567890123.45</CreditLimit>" in run("build", "customer_add", stdin=text).stdout


def test_attributes_are_keys_with_an_at() -> None:
    values = {"@requestID": "7", "@iterator": "Start", "max_returned": 5}
    assert (
        '<CustomerQueryRq requestID="7" iterator="Start">'
        in run("build", "CustomerQuery", stdin=json.dumps(values)).stdout
    )


def test_what_transliteration_changed_is_said_beside_the_document() -> None:
    result = run("build", "customer_add", stdin='{"name": "Łódź"}')
    assert "L&#243;dz" in result.stdout
    assert "customer_add.name: 'Łódź' is written 'Lódz'" in result.stderr
    assert run("build", "customer_add", "--characters", "refuse", stdin='{"name": "Łódź"}').exit_code == 2


def test_all_errors_of_the_values_come_at_once_with_what_helps() -> None:
    text = json.dumps({"ref_number": "x" * 12, "lines": [{"amount": 1.234}]})

    result = run("build", "invoice_add", stdin=text)

    assert result.exit_code == 2
    assert result.stdout == ""
    for line in (
        "  invoice_add.customer_ref: is required",
        "  invoice_add.ref_number: has 12 characters, at most 11 are possible",
        "  invoice_add.lines[0].amount: has more than 2 decimals",
        "What helps: see what is possible with: qbwc-service qbxml grammar InvoiceAddRq",
    ):
        assert line in result.stderr
    error = run_json("build", "invoice_add", stdin=text, exit_code=2)["error"]
    assert [mistake["rule"] for mistake in error["errors"]] == ["required", "max_length", "format"]


def test_an_unknown_request_is_suggested() -> None:
    result = run("build", "invoice_ad", stdin="{}")
    assert result.exit_code == 2
    assert "did you mean InvoiceAddRq?" in result.stderr


@pytest.mark.parametrize(
    "text", ["", "[]", "7", "{", '{"a": NaN}', '{"name": "A", "name": "B"}', b"\xff\xff", "[" * 5000, '{"\\ud800": 1}']
)
def test_what_is_no_json_object_is_refused_with_what_helps(text: str | bytes) -> None:
    result = run("build", "customer_add", stdin=text)
    assert result.exit_code == 2, result.output
    assert "internal" not in result.output


@pytest.mark.parametrize("code", ["3200", "0x80040414", "80040414", "-2147220460", "QBWC1048", "9150", "4711"])
def test_a_code_is_explained(code: str) -> None:
    result = run("explain", code)

    assert result.exit_code == 0, result.output
    for name in ("Code:", "Meaning:", "Severity:", "Done in QuickBooks:", "Next:", "What to do:", "Source:"):
        assert name in result.stdout
    fact = qbxml.explain(code)
    assert fact is not None
    assert run_json("explain", code)["fact"]["code"] == fact.code


def test_the_text_of_a_status_decides_what_helps() -> None:
    locked = run_json("explain", "3180", "It is in use by another user.")
    assert locked["reason"]["action"] == "retry"
    assert "Somebody has the record" in run("explain", "3180", "It is in use by another user.").stdout
    assert run_json("explain", "3180", "no idea")["reason"] is None
    assert run_json("explain", "QBWC1048", "in use by another user")["reason"] is None


def test_a_code_that_is_none_is_not_found() -> None:
    error = run_json("explain", "hello", exit_code=4)["error"]
    assert (error["code"], error["field"]) == ("not_found", "code")
    assert "3200" in error["remedy"]


def test_every_action_and_effect_has_words_for_people() -> None:
    for fact in qbxml.list_facts():
        assert run("explain", fact.code).exit_code == 0, fact.code


def test_the_requests_are_listed_one_per_line() -> None:
    names = list(qbxml.grammar.request_names())
    assert run("grammar").stdout.splitlines() == names
    assert run_json("grammar") == {"requests": names}


def test_the_grammar_of_a_request_is_shown_in_order() -> None:
    result = run("grammar", "InvoiceAddRq")

    lines = result.stdout.splitlines()
    assert lines[:5] == [
        "InvoiceAddRq",
        "  InvoiceAdd [defMacro]",
        "    CustomerRef",
        "      ListID? ID up to 36",
        "      FullName? text up to 209",
    ]
    assert "    RefNumber? text up to 11" in lines
    assert "    IsTaxIncluded? true or false (CA, UK, AU only) since 6.0" in lines
    assert "      FullName? text up to 3 US, 3 CA, 3 UK, 6 AU" in lines
    assert "    any number of, in any order:" in lines
    assert run("grammar", "invoice_add").stdout == result.stdout
    assert "  MaxReturned? whole number 1.." in run("grammar", "CustomerQueryRq").stdout
    assert run("grammar", "InvoiceAddRs").stdout.startswith("InvoiceAddRs\n  InvoiceRet?\n")
    data = run_json("grammar", "InvoiceAddRq")
    assert data["content"][0]["content"][0]["name"] == "CustomerRef"


def test_every_request_and_response_can_be_shown() -> None:
    for name in qbxml.grammar.request_names():
        for each in (name, f"{name[:-2]}Rs"):
            assert run("grammar", each).exit_code == 0, each


def test_a_name_that_is_none_is_not_found_and_suggested() -> None:
    result = run("grammar", "InvoceAddRq")
    assert result.exit_code == 4
    assert "did you mean InvoiceAddRq?" in result.stderr
    assert "qbwc-service qbxml grammar" in run("grammar", "zzz").stderr


def test_a_reader_who_has_seen_enough_leaves_no_traceback() -> None:
    with subprocess.Popen([*PROGRAM, "grammar"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as shown:
        assert shown.stdout is not None
        assert shown.stderr is not None
        shown.stdout.close()
        assert shown.stderr.read() == ""


def test_ctrl_c_while_it_waits_for_input_is_no_traceback() -> None:
    command = [*PROGRAM, "validate", "-"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as waiting:
        time.sleep(2)
        waiting.send_signal(signal.SIGINT)
        assert waiting.stderr is not None
        assert waiting.stderr.read() == "Stopped.\n"
    assert waiting.returncode == 130


def test_an_attribute_that_is_null_is_not_written() -> None:
    result = run("build", "customer_query", stdin='{"@requestID": null, "max_returned": 5}')
    assert "<CustomerQueryRq><MaxReturned>" in result.stdout


def test_the_response_is_shown_by_our_name_too() -> None:
    assert run("grammar", "invoice_add_rs").stdout == run("grammar", "InvoiceAddRs").stdout
    assert run("grammar", "invoice_add_rs").stdout.startswith("InvoiceAddRs\n")
