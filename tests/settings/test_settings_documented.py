import re
from pathlib import Path

from pydantic import SecretStr
from pydantic_core import PydanticUndefined

from qbwc_service.settings import FROM_FILE, Settings

PAGE = Path(__file__).parents[2] / "docs" / "settings.md"
ROW = re.compile(r"^\| `(QBWC_\w+)` \|([^|]*)\| (\S[^|]*) \|$", re.MULTILINE)


def documented() -> dict[str, str]:
    return {variable: default.strip() for variable, default, _ in ROW.findall(PAGE.read_text(encoding="utf-8"))}


def shown_default(default: object) -> str:
    if default is PydanticUndefined:
        return "none, required"
    text = default.get_secret_value() if isinstance(default, SecretStr) else str(default)
    return f"`{text}`" if text else "empty"


def test_every_setting_is_documented_with_its_default_and_nothing_else_is() -> None:
    expected = {f"QBWC_{name.upper()}": shown_default(field.default) for name, field in Settings.model_fields.items()}
    expected |= {f"QBWC_{name.upper()}_FILE": "" for name in FROM_FILE}

    assert documented() == expected


def test_every_range_is_documented() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for name, field in Settings.model_fields.items():
        limits = [getattr(rule, side) for rule in field.metadata for side in ("ge", "le") if hasattr(rule, side)]
        if len(limits) == 2:
            row = next(line for line in page.splitlines() if line.startswith(f"| `QBWC_{name.upper()}` "))
            assert f"{limits[0]} to {limits[1]}." in row
