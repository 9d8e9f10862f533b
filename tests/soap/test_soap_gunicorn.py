"""The endpoint under the real server, spoken to as .NET does: head first, body after 100 Continue, one socket."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.wire import free_port

MEMORY_LIMIT = 400
UPDATE_LAYER_NEEDS = 60
APPLICATION = """
import resource
from qbwc_service.soap import create_soap_application

class Calls:
    def server_version(self):
        return "1.0"
    def get_last_error(self, ticket):
        return str(self.length)
    def receive_response_xml(self, ticket, response, *, hresult, message):
        Calls.length = len(response)
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024

app = create_soap_application(Calls())
"""


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert process.poll() is None
            time.sleep(0.05)
        else:
            return
    pytest.fail("gunicorn did not start")


@pytest.fixture(params=["sync", "gthread"])
def gunicorn(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[int]:
    (tmp_path / "soap_under_test.py").write_text(APPLICATION)
    port = free_port()
    options = ["--worker-class", request.param, "--bind", f"127.0.0.1:{port}", "--pythonpath", str(tmp_path)]
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", *options, "--log-level", "warning", "soap_under_test:app"],
        stdout=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    try:
        _wait_for(port, process)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=30)


def _head(length: int) -> bytes:
    return (
        "POST /qbwc HTTP/1.1\r\n"
        "User-Agent: Mozilla/4.0 (compatible; MSIE 6.0; MS Web Services Client Protocol 4.0.30319.42000)\r\n"
        "Content-Type: text/xml; charset=utf-8\r\n"
        'SOAPAction: "http://developer.intuit.com/serverVersion"\r\n'
        f"Host: 127.0.0.1\r\nContent-Length: {length}\r\nExpect: 100-continue\r\n\r\n"
    ).encode()


def _read_answer(wire: Any) -> tuple[bytes, bytes]:
    """Give the status line with the headers, and the body."""
    head = b""
    while line := wire.readline():
        if line == b"\r\n":
            break
        head += line
    length = re.search(rb"Content-Length: (\d+)", head)
    return head, wire.read(int(length[1])) if length else b""


def test_a_call_with_expect_100_continue_is_answered(gunicorn: int, write_envelope: Callable[..., bytes]) -> None:
    body = write_envelope("serverVersion")
    with closing(socket.create_connection(("127.0.0.1", gunicorn), timeout=30)) as connection:
        wire = connection.makefile("rb")
        connection.sendall(_head(len(body)))
        interim, _ = _read_answer(wire)
        connection.sendall(body)
        head, answer = _read_answer(wire)

    assert interim.startswith(b"HTTP/1.1 100 Continue")
    assert head.startswith(b"HTTP/1.1 200 OK")
    assert b"<tns:serverVersionResult>1.0</tns:serverVersionResult>" in answer


def test_a_body_that_is_far_too_large_still_gets_its_fault(gunicorn: int) -> None:
    size = 130 * 1024 * 1024
    with closing(socket.create_connection(("127.0.0.1", gunicorn), timeout=60)) as connection:
        connection.sendall(_head(size))
        for _ in range(130):
            connection.sendall(b" " * 1024 * 1024)
        wire = connection.makefile("rb")
        _read_answer(wire)
        head, answer = _read_answer(wire)

    assert head.startswith(b"HTTP/1.1 500")
    assert b"larger than the 134217728 bytes" in answer


def test_an_answer_of_50_mb_leaves_room_for_the_work_in_400_mb(
    gunicorn: int, write_envelope: Callable[..., bytes]
) -> None:
    record = "<CustomerRet><Name>Trucking for 5 €</Name><Balance>1.00</Balance></CustomerRet>\n"
    count = 50 * 1024 * 1024 // len(record)
    before, after = write_envelope("receiveResponseXML", ticket="t", response="@").split(b"@")
    escaped = record.replace("<", "&lt;").replace(">", "&gt;").encode()
    with closing(socket.create_connection(("127.0.0.1", gunicorn), timeout=60)) as connection:
        connection.sendall(_head(len(before) + len(escaped) * count + len(after)) + before)
        for start in range(0, count, 1000):
            connection.sendall(escaped * min(1000, count - start))
        connection.sendall(after)
        wire = connection.makefile("rb")
        _read_answer(wire)
        _, answer = _read_answer(wire)

    peak = re.search(rb"<tns:receiveResponseXMLResult>(\d+)<", answer)
    assert peak, answer
    assert int(peak[1]) < MEMORY_LIMIT - UPDATE_LAYER_NEEDS
