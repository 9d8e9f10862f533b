"""While everything goes wrong, nothing is lost and nothing doubled: the short form of ``simulate --chaos``."""

import os
from collections import Counter

import pytest

from qbwc_service.cli.chaos.books import Books, Fate, balance_books
from qbwc_service.cli.chaos.documents import CUSTOM_FIELD, CUSTOM_FIELDS, ChaosDocument, make_documents
from qbwc_service.cli.chaos.run import ChaosOptions, ChaosProgress, ChaosReport, run_chaos
from qbwc_service.cli.desk import Desk
from qbwc_service.errors import StateError
from qbwc_service.simulator import Person, SdkClient
from qbwc_service.store import Database, DocumentKind, OperationState
from qbwc_service.sync import AcceptedDocument, change_rules, enqueue_documents
from tests.threaded_server import ServeHere, ThreadedServer
from tests.wire import ConnectFarSide, FarSide


def run(**options: object) -> ChaosReport:
    return run_chaos(ChaosOptions(**options), progress=ChaosProgress())  # type: ignore[arg-type]  # By name.


# Seeds under which many kinds of faults strike, those that end the server's process among them.
@pytest.mark.parametrize(("recovery", "seed"), [(True, 3), (False, 5)], ids=["recovery", "no_recovery"])
def test_documents_in_chaos_are_neither_lost_nor_doubled(database_url: str, seed: int, *, recovery: bool) -> None:
    report = run(documents=50, batch_size=4, seed=seed, rate=0.4, has_recovery=recovery, database_url=database_url)

    books = report.books
    assert (books.fates.get(Fate.LOST, 0), books.doubled) == (0, 0), books.mistakes
    assert sum(books.fates.values()) == 50
    assert sum(report.faults.values()) >= 5
    assert not {OperationState.WAITING, OperationState.SENT} & report.operations.keys(), "nothing is stuck"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_without_faults_everything_arrives_but_what_is_wrong_on_purpose(database_url: str) -> None:
    report = run(documents=200, batch_size=50, seed=6, rate=0, database_url=database_url)

    wrong = sum("terms" in document.body for document in make_documents(200, seed=6))
    assert wrong > 0
    assert report.books.fates == {Fate.DONE: 200 - wrong, Fate.FAILED: wrong}
    assert report.faults == {}


def test_a_database_that_is_in_use_is_refused(
    database_url: str, connect_far_side: ConnectFarSide, server: ThreadedServer
) -> None:
    connect_far_side(server)

    with pytest.raises(StateError, match="holds 1 connection"):
        run(documents=10, database_url=database_url)


@pytest.fixture
def server(serve_here: ServeHere) -> ThreadedServer:
    return serve_here()


def test_the_documents_of_a_seed_are_the_same_and_refer_to_what_is_before_them() -> None:
    documents = make_documents(2000, seed=3)

    assert documents == make_documents(2000, seed=3)
    assert documents != make_documents(2000, seed=4)
    places = {document.target: place for place, document in enumerate(documents)}
    assert len(places) == len({(document.kind, document.number) for document in documents}) == 2000
    assert all(places[target] < places[one.target] for one in documents for target in one.refers_to)
    kinds = {kind for kind, count in Counter(one.kind for one in documents).items() if count >= 20}
    assert kinds == {kind for kind in DocumentKind if kind in {"customer", "item", "invoice", "credit_memo", "payment"}}


class Scene:
    """Thirty documents that all arrived, and what somebody then does to them."""

    def __init__(self, database: Database, far: FarSide, server: ThreadedServer) -> None:
        settings = server.settings
        self.desk = Desk({"QBWC_DATABASE_URL": settings.database_url.get_secret_value(), "PATH": os.environ["PATH"]})
        self.far = far
        self.documents = make_documents(30, seed=1)
        Person(far.company).define_field(CUSTOM_FIELD)
        with database.writing() as db:
            change_rules(db, far.connection_id, {"custom_fields": CUSTOM_FIELDS}, by="a test", now=self.desk.now())
            results = enqueue_documents(db, far.connection_id, [(one.kind, one.body) for one in self.documents])
        assert all(isinstance(result, AcceptedDocument) for result in results)
        far.web_connector.update(far.application)

    def one(self, kind: DocumentKind) -> tuple[ChaosDocument, str]:
        """A document of that kind and its id in QuickBooks."""
        tables = self.far.company.tables
        ids = {txn.ref_number: txn.txn_id for txn in tables.transactions.values()}
        document = next(one for one in reversed(self.documents) if one.kind is kind)
        return document, ids[document.number]

    def balance(self) -> Books:
        return balance_books(self.desk, self.far.connection_id, self.documents, self.far.company, [])


@pytest.fixture
def scene(database: Database, connect_far_side: ConnectFarSide, server: ThreadedServer) -> Scene:
    return Scene(database, connect_far_side(server), server)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_books_balance_where_all_is_well(scene: Scene) -> None:
    books = scene.balance()

    assert books.fates == {Fate.DONE: 30}
    assert (books.doubled, books.mistakes, books.resolved_share) == (0, (), None)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_books_show_what_is_missing_in_quickbooks(scene: Scene) -> None:
    document, txn_id = scene.one(DocumentKind.PAYMENT)
    Person(scene.far.company).delete(txn_id)

    books = scene.balance()

    assert books.fates == {Fate.DONE: 29, Fate.LOST: 1}
    assert books.mistakes[0].startswith(f"payment {document.target[1]!r}")

    name = next(one.number for one in scene.documents if one.kind is DocumentKind.CUSTOMER)
    next(one for one in scene.far.company.tables.entries.values() if one.name == name).extensions.clear()
    assert scene.balance().fates == {Fate.DONE: 28, Fate.LOST: 2}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("has_guid", [True, False])
def test_the_books_show_what_is_there_twice(scene: Scene, *, has_guid: bool) -> None:
    document, txn_id = scene.one(DocumentKind.PAYMENT)
    first = scene.far.company.tables.transactions[txn_id]
    guid = f"<ExternalGUID>{first.external_guid}</ExternalGUID>" if has_guid else ""
    number = "another" if has_guid else document.number
    with SdkClient(scene.far.quickbooks) as client:
        answer = client.ask(
            f"<ReceivePaymentAddRq><ReceivePaymentAdd><CustomerRef><ListID>{first.customer}</ListID></CustomerRef>"
            f"<RefNumber>{number}</RefNumber><TotalAmount>1.00</TotalAmount>{guid}<IsAutoApply>false</IsAutoApply>"
            "</ReceivePaymentAdd></ReceivePaymentAddRq>"
        )
    assert answer.get("statusCode") == "0"

    books = scene.balance()

    assert (books.doubled, books.fates) == (1, {Fate.DONE: 30})
    assert "2 in QuickBooks" in books.mistakes[0]
