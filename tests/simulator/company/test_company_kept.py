"""A company can be kept in a folder, looked at, and gone on from; and a kept file makes nothing but companies."""

import json
import os
import pickle
from pathlib import Path

import pytest

from qbwc_service.simulator import Company, Person, find_kept_company, keep_company


def test_a_kept_company_is_the_same_and_goes_on(tmp_path: Path) -> None:
    company = Company.create(customers=3, invoices=5, payments=0)
    keep_company(company, tmp_path / "kept")

    again = find_kept_company(tmp_path / "kept")

    assert again is not None
    assert again.export() == company.export() == json.loads((tmp_path / "kept" / "company.json").read_text())
    Person(again).pay(again.list_transactions("Invoice")[0].txn_id, "1.00")
    assert again.export() != company.export()
    assert find_kept_company(tmp_path) is None


class Evil:
    def __init__(self, call: object, *arguments: object) -> None:
        self.made = (call, arguments)

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return self.made


@pytest.mark.parametrize(
    "evil",
    [Evil(os.getcwd), Evil(getattr, Company, "__init__"), Evil(eval, "1"), [1, 2]],
    ids=["a function", "an attribute of ours", "eval", "a list"],
)
def test_a_file_that_would_make_anything_else_is_refused(tmp_path: Path, evil: object) -> None:
    (tmp_path / "company.bin").write_bytes(pickle.dumps(evil))

    with pytest.raises(ValueError, match="holds no company"):
        find_kept_company(tmp_path)


def test_a_name_with_dots_does_not_lead_out_of_the_simulator(tmp_path: Path) -> None:
    module = "qbwc_service.simulator.quickbooks.keep"
    (tmp_path / "company.bin").write_bytes(
        b"\x80\x04\x8c%c%s\x8c\x08io.BytesIO\x93.".replace(b"%c%s", bytes([len(module)]) + module.encode())
    )

    with pytest.raises(ValueError, match="holds no company"):
        find_kept_company(tmp_path)
