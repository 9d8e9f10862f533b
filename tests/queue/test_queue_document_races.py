"""Documents that come in at the same moment, in transactions that do not see each other, all find their way."""

from concurrent.futures import ThreadPoolExecutor

from qbwc_service.store import Database
from qbwc_service.sync import enqueue_documents
from qbwc_service.sync.accept import AcceptedDocument, Result
from tests.factories import CompanyQueue
from tests.together import meanwhile, together

Document = tuple[str, dict[str, object]]

ANN: Document = ("customer", {"external_id": "c1", "name": "Ann"})
ANNA: Document = ("customer", {"external_id": "c1", "name": "Anna"})
HER_INVOICE: Document = (
    "invoice",
    {
        "external_id": "i1",
        "customer": {"external_id": "c1"},
        "ref_number": "1001",
        "lines": [{"item": {"full_name": "Freight"}, "quantity": "2", "rate": "150.00"}],
    },
)


def put(queue: CompanyQueue, *documents: Document) -> list[Result]:
    with queue.database.writing() as db:
        return enqueue_documents(db, queue.connection_id, documents, now=queue.clock())


def drain(queue: CompanyQueue) -> list[str]:
    """Let everything be done that can be, and say what was asked for."""
    requests: list[str] = []
    queue.unblock_all()
    while (handed_out := queue.hand_out()).ids:
        requests += [operation.request for operation in handed_out.operations]
        queue.answer(handed_out)
    return requests


def test_an_invoice_that_comes_while_its_customer_is_changed_follows_the_change(
    queue: CompanyQueue, database: Database
) -> None:
    put(queue, ANN)
    with ThreadPoolExecutor(1) as thread, database.writing() as db:
        enqueue_documents(db, queue.connection_id, [HER_INVOICE], now=queue.clock())
        changed = meanwhile(thread.submit(put, queue, ANNA))
    changed.result()
    assert drain(queue) == ["CustomerAddRq", "InvoiceAddRq"]


def test_a_customer_that_is_changed_while_its_invoice_comes_takes_it_along(
    queue: CompanyQueue, database: Database
) -> None:
    put(queue, ANN)
    with ThreadPoolExecutor(1) as thread, database.writing() as db:
        enqueue_documents(db, queue.connection_id, [ANNA], now=queue.clock())
        came = meanwhile(thread.submit(put, queue, HER_INVOICE))
    came.result()
    assert drain(queue) == ["CustomerAddRq", "InvoiceAddRq"]


def test_the_same_document_handed_in_twice_at_once_is_one_document(queue: CompanyQueue) -> None:
    results = together([lambda: put(queue, ANN)] * 4)
    accepted = [result for (result,) in results if isinstance(result, AcceptedDocument)]
    assert sorted(result.change for result in accepted) == ["created", "unchanged", "unchanged", "unchanged"]
    assert drain(queue) == ["CustomerAddRq"]
