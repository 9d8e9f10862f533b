import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "connect.md"


def test_every_code_with_which_we_refuse_a_file_is_in_the_guide() -> None:
    source = (ROOT / "qbwc_service" / "qwc" / "check.py").read_text(encoding="utf-8")
    codes = set(re.findall(r"code=(\d{4})", source))

    assert len(codes) == 8
    guide = GUIDE.read_text(encoding="utf-8")
    assert {code for code in codes if f"QBWC{code}" not in guide} == set()


def test_every_code_on_the_support_page_is_in_the_guide() -> None:
    page = ROOT / "qbwc_service" / "admin" / "templates" / "admin" / "support.html"
    guide = GUIDE.read_text(encoding="utf-8")

    codes = set(re.findall(r"QBWC\d{4}", page.read_text(encoding="utf-8")))
    assert codes
    assert {code for code in codes if code not in guide} == set()
