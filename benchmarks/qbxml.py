"""How fast the qbXML layer is, beside what lxml alone can do; the last line is one JSON object with all figures.

    python benchmarks/qbxml.py            about two minutes
    python benchmarks/qbxml.py --quick    one iteration on small sizes, to see that it works

Times are CPU seconds (``time.process_time``), which other programs disturb less than the clock. Readers are measured
in pairs, ours and the bare one in turn; a ratio is the median of the pairs'.

``bare`` is an ``lxml.etree.iterparse`` over the same bytes that touches the tag and the text of every element and
frees it. Ours also makes typed values of them.
"""

import argparse
import gc
import io
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

import psutil
from lxml import etree

from qbwc_service import qbxml

T = TypeVar("T")

LINES = 5
INVOICES_OF_50_MB = 23_500
TARGETS = {
    "parse_ratio": 0.60,
    "memory_growth_mb": 30,
    "build_seconds": 1.0,
    "import_ms": 50,
    "first_request_ms": 2,
}
"""What has to be reached: ratios at least, the others at most."""


def main() -> None:
    """Measure everything and print it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="one iteration on small sizes")
    quick = parser.parse_args().quick
    figures: dict[str, object] = {"quick": quick, "targets": TARGETS}
    for count, rounds in ((20, 1), (40, 1)) if quick else ((1_000, 15), (20_000, 5)):
        figures[f"parse_{count}"] = measure_parsing(count, rounds=rounds)
    figures["memory"] = measure_memory(100 if quick else INVOICES_OF_50_MB)
    figures["build"] = measure_building(20 if quick else 1_000, rounds=1 if quick else 5)
    figures["start"] = measure_start(rounds=1 if quick else 7)
    for name, value in figures.items():
        print(f"{name}: {value}")
    print(json.dumps(figures))


def measure_parsing(count: int, *, rounds: int) -> dict[str, object]:
    """Compare reading an InvoiceQueryRs with a bare iterparse over the same bytes."""
    data = make_answer(count).encode()
    pairs = [(measure(read_bare, data), measure(read_ours, data)) for _ in range(rounds)]
    bare, ours = (min(each) for each in zip(*pairs, strict=True))
    ratios = sorted(bare / ours for bare, ours in pairs)
    return {
        "invoices": count,
        "megabytes": round(len(data) / 1e6, 1),
        "bare_seconds": round(bare, 4),
        "ours_seconds": round(ours, 4),
        "ratio": round(statistics.median(ratios), 3),
        "ratio_of_best": round(bare / ours, 3),
        "ratio_worst": round(ratios[0], 3),
        "invoices_per_second": round(count / ours),
    }


def measure_memory(count: int) -> dict[str, object]:
    """Measure in a process of its own how far its memory grows while it reads, beyond the text that it is given."""
    program = (
        "import gc, runpy\n"
        f"benchmark = runpy.run_path({str(Path(__file__).resolve())!r})\n"
        f"text = benchmark['make_answer']({count})\n"
        "gc.collect()\n"
        "print(len(text), *benchmark['find_growth'](text))\n"
    )
    answer = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)  # noqa: S603
    size, before, most = map(int, answer.stdout.split())
    return {"megabytes": round(size / 1e6, 1), "growth_mb": round((most - before) / 1e6, 1)}


def find_growth(text: str) -> tuple[int, int]:
    """Give the memory of this process in bytes before an answer is read, and the most that it had while reading."""
    process = psutil.Process()
    before = most = process.memory_info().rss
    for response in qbxml.read_answer(text):
        for position, _ in enumerate(response.objects):
            if position % 50 == 0:
                most = max(most, process.memory_info().rss)
    return before, max(most, process.memory_info().rss)


def measure_building(count: int, *, rounds: int) -> dict[str, object]:
    """Measure building a document of InvoiceAdd requests from plain dicts."""
    requests = [qbxml.Request(name="InvoiceAddRq", values=make_values(n), request_id=str(n)) for n in range(count)]

    def build(all_of_them: list[qbxml.Request]) -> None:
        qbxml.build_document(all_of_them)

    seconds = min(measure(build, requests) for _ in range(rounds))
    return {"invoices": count, "lines": LINES, "seconds": round(seconds, 3)}


def measure_start(*, rounds: int) -> dict[str, object]:
    """Measure, each in a process of its own, importing the layer and asking for the first request."""
    program = (
        "import time\n"
        "start = time.process_time()\n"
        "from qbwc_service import qbxml\n"
        "imported = time.process_time()\n"
        "qbxml.grammar.get_request('InvoiceAddRq')\n"
        "asked = time.process_time()\n"
        "qbxml.grammar.get_request('CustomerAddRq')\n"
        "print(imported - start, asked - imported, time.process_time() - asked)\n"
    )
    command = [sys.executable, "-c", program]
    found = []
    for _ in range(rounds):
        answer = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
        found.append([1000 * float(word) for word in answer.stdout.split()])
    imported, first, second = (round(statistics.median(each), 2) for each in zip(*found, strict=True))
    return {"import_ms": imported, "first_request_ms": first, "next_request_ms": second}


def measure(call: Callable[[T], object], argument: T) -> float:
    """Give the CPU seconds of one call."""
    gc.collect()
    start = time.process_time()
    call(argument)
    return time.process_time() - start


def read_ours(text: str | bytes) -> int:
    """Read an answer with this layer; the number of its objects."""
    return sum(1 for response in qbxml.read_answer(text) for _ in response.objects)


def read_bare(data: bytes) -> int:
    """Touch every element of an answer with lxml alone; the number of its objects."""
    objects = 0
    for _, element in etree.iterparse(io.BytesIO(data), huge_tree=True):
        if element.tag == "InvoiceRet":
            objects += 1
        _ = element.text
        element.clear()
        while element.getprevious() is not None:
            del element.getparent()[0]
    return objects


def make_answer(count: int) -> str:
    """Write an InvoiceQueryRs as QuickBooks does, with invoices of two lines, 2.1 kB each."""
    head = '<InvoiceQueryRs requestID="1" statusCode="0" statusSeverity="Info" statusMessage="Status OK">\n'
    body = "".join(map(make_invoice, range(1, count + 1)))
    return f'<?xml version="1.0" ?>\n<QBXML>\n<QBXMLMsgsRs>\n{head}{body}</InvoiceQueryRs>\n</QBXMLMsgsRs>\n</QBXML>\n'


def make_invoice(number: int) -> str:
    """Write one InvoiceRet."""
    return INVOICE.format(number=number, key=f"{number:X}-1405782224", lines=LINE.format(number=number) * 2)


def make_values(number: int) -> dict[str, object]:
    """Give the plain values of one InvoiceAdd."""
    line = {
        "item_ref": {"full_name": "Freight"},
        "desc": f"Load {number} from Reno to Sacramento",
        "quantity": Decimal(2),
        "rate": Decimal("150.00"),
        "amount": Decimal("300.00"),
        "sales_tax_code_ref": {"full_name": "Non"},
    }
    return {
        "customer_ref": {"list_id": "80000013-1416570432"},
        "txn_date": date(2026, 11, 20),
        "ref_number": str(number),
        "bill_address": {"addr1": "Acme Trucking", "city": "Reno", "state": "NV", "postal_code": "89501"},
        "po_number": f"PO {number}",
        "terms_ref": {"full_name": "Net 30"},
        "memo": "Thanks",
        "is_to_be_printed": False,
        "external_guid": "{0d3b1ad0-51ce-4b5c-9d0c-6d5d3a4b7f10}",
        "lines": [line] * LINES,
    }


LINE = """<InvoiceLineRet>
<TxnLineID>{number}-1405782224</TxnLineID>
<ItemRef><ListID>8000002A-1416570432</ListID><FullName>Freight</FullName></ItemRef>
<Desc>Load {number} from Reno to Sacramento</Desc>
<Quantity>2</Quantity>
<Rate>150.00</Rate>
<Amount>300.00</Amount>
<SalesTaxCodeRef><ListID>80000001-1416570432</ListID><FullName>Non</FullName></SalesTaxCodeRef>
</InvoiceLineRet>
"""

INVOICE = """<InvoiceRet>
<TxnID>{key}</TxnID>
<TimeCreated>2014-07-19T10:03:44-05:00</TimeCreated>
<TimeModified>2014-07-19T10:03:44-05:00</TimeModified>
<EditSequence>1405782224</EditSequence>
<TxnNumber>{number}</TxnNumber>
<CustomerRef><ListID>80000013-1416570432</ListID><FullName>Acme:Dock 4</FullName></CustomerRef>
<ARAccountRef><ListID>80000003-1416570432</ListID><FullName>Accounts Receivable</FullName></ARAccountRef>
<TemplateRef><ListID>80000001-1416570432</ListID><FullName>Intuit Product Invoice</FullName></TemplateRef>
<TxnDate>2014-07-19</TxnDate>
<RefNumber>{number}</RefNumber>
<BillAddress>
<Addr1>Acme Trucking</Addr1><Addr2>1 Main St</Addr2><City>Reno</City><State>NV</State><PostalCode>89501</PostalCode>
</BillAddress>
<BillAddressBlock>
<Addr1>Acme Trucking</Addr1><Addr2>1 Main St</Addr2><Addr3>Reno, NV 89501</Addr3>
</BillAddressBlock>
<IsPending>false</IsPending>
<IsFinanceCharge>false</IsFinanceCharge>
<TermsRef><ListID>80000002-1416570432</ListID><FullName>Net 30</FullName></TermsRef>
<DueDate>2014-08-18</DueDate>
<ShipDate>2014-07-19</ShipDate>
<Subtotal>600.00</Subtotal>
<SalesTaxPercentage>0.00</SalesTaxPercentage>
<SalesTaxTotal>0.00</SalesTaxTotal>
<AppliedAmount>-55.00</AppliedAmount>
<BalanceRemaining>545.00</BalanceRemaining>
<Memo>Thanks</Memo>
<IsPaid>false</IsPaid>
<IsToBePrinted>false</IsToBePrinted>
<IsToBeEmailed>false</IsToBeEmailed>
{lines}</InvoiceRet>
"""

if __name__ == "__main__":
    main()
