"""Two companies at the same time never share work, whatever tickets are mixed up."""

from collections.abc import Callable

from qbwc_service.store import Database
from qbwc_service.sync import BatchLimits
from qbwc_service.update import UpdatePolicy, UpdateService
from tests.conftest import LinkCompany, StandingClock
from tests.far_side import FarSide, answer_all, read_set
from tests.rows import customer, document_states, invoice, links, operation_states, put, sessions


def test_two_companies_with_the_same_documents_never_share_work(
    database: Database, link_company: LinkCompany, make_service: Callable[..., UpdateService], clock: StandingClock
) -> None:
    service = make_service(UpdatePolicy(limits=BatchLimits(writes=1)))
    fars, seen = [], {}
    for name in ("Acme", "Bolt"):
        linked = link_company(name)
        put(
            database,
            linked.connection_id,
            customer("c1", name=f"Ann of {name}"),
            invoice("i1", memo=f"For {name}"),
            customer("c2", name=f"Bob of {name}"),
            now=clock(),
        )
        far = FarSide(service, linked.user_name, linked.password, linked.owner_id, linked.file_id, company_name=name)
        fars.append((name, linked.connection_id, far))
        seen[name] = [far.begin()]
    for _step in range(3):
        for name, _connection_id, far in fars:
            if far.receive(answer_all(seen[name][-1])) < 100:
                seen[name].append(far.send())
    for name, connection_id, far in fars:
        other = "Bolt" if name == "Acme" else "Acme"
        assert len(seen[name]) == 3
        assert all(f"{name}<" in text for text in seen[name])
        assert not any(other in text for text in seen[name])
        assert set(document_states(database, connection_id).values()) == {"synced"}
        assert far.close() == "3 done; nothing is waiting."
    assert not set(links(database, fars[0][1]).values()) & set(links(database, fars[1][1]).values())


def test_a_ticket_opens_nothing_of_another_company(
    database: Database, link_company: LinkCompany, make_service: Callable[..., UpdateService], clock: StandingClock
) -> None:
    service = make_service()
    fars = []
    for name in ("Acme", "Bolt"):
        linked = link_company(name)
        put(database, linked.connection_id, customer("c1", name=name), now=clock())
        fars.append(FarSide(service, linked.user_name, linked.password, linked.owner_id, linked.file_id))
    acme, bolt = fars
    acme_set = acme.begin()
    bolt.authenticate()
    acme_id, bolt_id = (int(far.ticket.partition(".")[0]) for far in fars)

    # The number in front of a ticket proves nothing.
    forged = FarSide(service, "", "", bolt.owner_id, bolt.marker, ticket=f"{bolt_id}.{acme.ticket.partition('.')[2]}")
    assert forged.send(bolt.host()) == ""
    assert forged.receive(answer_all(acme_set)) == -1
    assert forged.connection_error("0x80040408") == "done"
    assert forged.close() == "Nothing was open."

    # Bolt's session is asked to take Acme's answer: it has nothing out, and Acme's set stays out.
    assert bolt.receive(answer_all(acme_set)) == -1
    assert operation_states(database, acme_id) == ["sent"]

    # With sets out on both sides, an answer counts only where it was asked for.
    bolt_set = bolt.send(bolt.host())
    assert read_set(acme_set).ids != read_set(bolt_set).ids
    bolt.receive(answer_all(acme_set))
    assert document_states(database, bolt_id) == {"c1": "in_progress"}
    assert document_states(database, acme_id) == {"c1": "in_progress"}
    assert acme.receive(answer_all(acme_set)) == 100
    assert document_states(database, acme_id) == {"c1": "synced"}
    assert links(database, bolt_id) == {}
    assert [row.done_count for row in sessions(database, bolt_id)] == [0]


def test_the_wrong_company_file_never_gets_the_other_companys_work(
    database: Database, link_company: LinkCompany, make_service: Callable[..., UpdateService], clock: StandingClock
) -> None:
    service = make_service()
    acme, bolt = (link_company(name) for name in ("Acme", "Bolt"))
    put(database, acme.connection_id, customer("c1"), now=clock())
    far = FarSide(service, acme.user_name, acme.password, acme.owner_id, bolt.file_id)
    far.authenticate()
    assert far.send(far.host()) == ""
    assert operation_states(database, acme.connection_id) == ["waiting"]
