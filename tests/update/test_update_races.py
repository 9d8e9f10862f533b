"""New content that arrives while the Web Connector fetches the old one: one of the two is first, and both know it."""

from qbwc_service.store import Database
from qbwc_service.sync import AcceptedDocument
from tests.conftest import LinkedCompany, StandingClock
from tests.far_side import FarSide, answer_all, read_set
from tests.rows import customer, document_states, operation_states, put
from tests.together import together

ROUNDS = 8
DOCUMENTS = 12


def test_a_document_changed_while_it_is_fetched_goes_out_exactly_once(
    far: FarSide, database: Database, company: LinkedCompany, clock: StandingClock
) -> None:
    for number in range(ROUNDS):
        names = [f"c{number}-{n}" for n in range(DOCUMENTS)]
        put(database, company.connection_id, *(customer(name) for name in names), now=clock())
        far.authenticate()
        sets: list[str] = []
        changed: list[object] = []

        together(
            [
                lambda sets=sets: sets.append(far.send(far.host())),
                lambda names=names, changed=changed: changed.extend(
                    put(
                        database,
                        company.connection_id,
                        *(customer(name, name=f"New {name}") for name in reversed(names)),
                        now=clock(),
                    )
                ),
            ]
        )
        handed_out = [request for text in sets for request in read_set(text).requests if "CustomerAdd" in request.name]
        text = sets[0]
        while far.receive(answer_all(text)) != 100:
            text = far.send()
            handed_out += read_set(text).requests
        far.close()

        added = [request for request in handed_out if request.name == "CustomerAddRq"]
        assert len(added) == DOCUMENTS, "each document once, with its old content or its new"
        accepted = [result for result in changed if isinstance(result, AcceptedDocument)]
        assert len(accepted) in {0, DOCUMENTS}
    assert set(document_states(database, company.connection_id).values()) == {"synced"}
    assert set(operation_states(database, company.connection_id)) <= {"done", "superseded"}
