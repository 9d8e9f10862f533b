"""The service's settings: read once, at start, from environment variables named ``QBWC_…`` and nothing else.

Secrets can also come from a file (``QBWC_SERVER_KEY_FILE``, ``QBWC_DATABASE_URL_FILE``), as container platforms hand
them over. All mistakes are found in one go, and no message ever repeats the value of a secret. Only ``app`` and
``cli`` read settings; everything else is handed values. docs/settings.md describes each one for the operator.
"""

import re
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Final, Literal
from urllib.parse import SplitResult, urlsplit

from pydantic import BeforeValidator, Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from qbwc_service.errors import FieldError, InvalidSettingsError

PREFIX: Final = "QBWC_"
FROM_FILE: Final = ("server_key", "database_url")
"""The settings that may also be given as the path of a file, in a variable ending in ``_FILE``."""

_MINIMUM_KEY_BYTES = 32
_POSTGRESQL = re.compile(r"postgres(?:ql)?(?:\+psycopg)?://")
_NUMERIC_HOST = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)")
_VERSION = re.compile(r"[0-9]+(?:\.[0-9]+){0,3}")
_TYPO_LIKENESS = 0.9

_Lower = BeforeValidator(lambda value: value.lower() if isinstance(value, str) else value)
_Upper = BeforeValidator(lambda value: value.upper() if isinstance(value, str) else value)
_Line = Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f-\x9f]*$")]


class Settings(BaseSettings):
    """Everything that can be configured, checked; make it with ``load_settings`` (or with values, in tests)."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, extra="forbid", str_strip_whitespace=True, hide_input_in_errors=True
    )

    server_key: SecretStr
    database_url: SecretStr = SecretStr("sqlite:///qbwc.sqlite3")
    base_url: str = ""
    support_url: str = ""
    app_name: _Line = Field(default="QBWC Service", min_length=1)
    app_display_name: _Line = ""
    app_description: _Line = Field(default="Keeps QuickBooks in step with your other software.", max_length=80)
    max_body_mb: int = Field(default=128, ge=1, le=2048)
    lease_minutes: int = Field(default=15, ge=1, le=1440)
    ticket_minutes: int = Field(default=60, ge=1, le=1440)
    password_grace_hours: int = Field(default=24, ge=0, le=8760)
    setup_link_hours: int = Field(default=24, ge=1, le=8760)
    batch_size: int = Field(default=20, ge=1, le=500)
    max_attempts: int = Field(default=8, ge=1, le=100)
    retry_first_seconds: float = Field(default=30, ge=0.01, le=3600)
    retry_longest_seconds: float = Field(default=3600, ge=0.01, le=86400)
    recheck_minutes: int = Field(default=60, ge=1, le=10080)
    minimum_client_version: str = ""
    run_every_minutes: int = Field(default=5, ge=1, le=1440)
    log_format: Annotated[Literal["text", "json"], _Lower] = "text"
    log_level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], _Upper] = "INFO"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003  # The signature is pydantic-settings'.
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take values from the caller only: ``load_settings`` is what reads the environment, exactly once."""
        return (init_settings,)

    @field_validator("server_key")
    @classmethod
    def _check_server_key(cls, value: SecretStr) -> SecretStr:
        keys = _split_keys(value.get_secret_value())
        if not keys:
            raise ValueError("is empty")
        for position, key in enumerate(keys, start=1):
            if len(key.encode()) < _MINIMUM_KEY_BYTES:
                raise ValueError(f"key {position} of {len(keys)} is shorter than {_MINIMUM_KEY_BYTES} bytes")
        return value

    @field_validator("database_url")
    @classmethod
    def _check_database_url(cls, value: SecretStr) -> SecretStr:
        url = value.get_secret_value()
        if _POSTGRESQL.match(url):
            # The bare name would make SQLAlchemy look for psycopg 2, which we do not ship.
            return SecretStr(_POSTGRESQL.sub("postgresql+psycopg://", url, count=1))
        path = url.removeprefix("sqlite:///")
        if path == url:
            raise ValueError("is neither sqlite:///<path> nor postgresql://<user>:<password>@<host>/<database>")
        if path.partition("?")[0] in {"", ":memory:"} or "mode=memory" in path:
            raise ValueError("is a database in memory, which every process would have for itself; name a file")
        return value

    @field_validator("base_url")
    @classmethod
    def _check_base_url(cls, value: str) -> str:
        if not value:
            return value
        parts = _split_url(value)
        if parts.scheme != "https" and parts.hostname != "localhost":
            raise ValueError("is not https; the Web Connector accepts http for localhost only (QBWC1010)")
        if parts.query or parts.fragment:
            raise ValueError("has a query or a fragment; give scheme, host and, if need be, port and path")
        return value.rstrip("/")

    @field_validator("support_url")
    @classmethod
    def _check_support_url(cls, value: str, info: ValidationInfo) -> str:
        if not value:
            return value
        host = _split_url(value).hostname
        base_host = urlsplit(info.data.get("base_url") or "").hostname
        if base_host not in {None, "localhost", host}:
            raise ValueError(f"is on {host}, but QBWC_BASE_URL is on {base_host}; the hosts must be equal (QBWC1000)")
        return value

    @field_validator("minimum_client_version")
    @classmethod
    def _check_version(cls, value: str) -> str:
        if value and not _VERSION.fullmatch(value):
            raise ValueError("is not a version such as 2.1 or 34.0.10010.76")
        return value

    @property
    def server_keys(self) -> tuple[str, ...]:
        """The server keys in the clear, the current one first."""
        return _split_keys(self.server_key.get_secret_value())

    @property
    def app_url(self) -> str:
        """The address of the SOAP endpoint, as it stands in a .qwc file; InvalidSettingsError without a base URL."""
        return f"{self._get_base_url()}/qbwc"

    @property
    def app_support(self) -> str:
        """The address of the support page, as it stands in a .qwc file; InvalidSettingsError without a base URL."""
        return self.support_url or f"{self._get_base_url()}/support"

    def setup_url(self, token: str) -> str:
        """Give the whole address of a setup page; InvalidSettingsError without a base URL."""
        return f"{self._get_base_url()}/setup/{token}"

    def _get_base_url(self) -> str:
        if self.base_url:
            return self.base_url
        mistake = FieldError(path=f"{PREFIX}BASE_URL", rule="required", message="is not set")
        remedy = f"Set {PREFIX}BASE_URL to the address under which the QuickBooks PC reaches this service."
        raise InvalidSettingsError("The service does not know its own public address", [mistake], remedy=remedy)


def load_settings(environ: Mapping[str, str]) -> Settings:
    """Read and check the settings in an environment (``os.environ``); an empty variable counts as not set.

    Raises InvalidSettingsError with a FieldError for every mistake, its ``path`` the variable's name. Other ``QBWC_``
    variables are left alone (container platforms make some up) unless one is clearly a misspelt setting.
    """
    mistakes: list[FieldError] = _list_typos(environ)
    values: dict[str, str] = {}
    for name in Settings.model_fields:
        value = _read_value(name, environ, mistakes=mistakes)
        if value:
            values[name] = value
    settings = _validate(values, mistakes=mistakes)
    if settings is None or mistakes:
        raise InvalidSettingsError(
            "The settings cannot be used", mistakes, remedy="docs/settings.md describes every setting."
        ) from None
    return settings


def read_database_url(environ: Mapping[str, str]) -> str:
    """Give the database's address alone, for what works without the rest: migrations. InvalidSettingsError if unusable.

    The server key is not asked for: whoever upgrades a database need not hold it.
    """
    settings = _read_alone("database_url", environ, summary="The database's address cannot be used")
    return settings.database_url.get_secret_value()


def read_recheck_minutes(environ: Mapping[str, str]) -> int:
    """Give alone after how many minutes a problem is checked again: problems can be read without the server key."""
    return _read_alone("recheck_minutes", environ, summary="The time between checks cannot be used").recheck_minutes


def _read_alone(name: str, environ: Mapping[str, str], *, summary: str) -> Settings:
    mistakes: list[FieldError] = []
    value = _read_value(name, environ, mistakes=mistakes)
    settings = _validate({"server_key": "-" * _MINIMUM_KEY_BYTES} | ({name: value} if value else {}), mistakes=mistakes)
    if settings is None or mistakes:
        raise InvalidSettingsError(summary, mistakes)
    return settings


def _validate(values: Mapping[str, str], *, mistakes: list[FieldError]) -> Settings | None:
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        named = {mistake.path for mistake in mistakes}
        found = [_translate(details) for details in error.errors(include_url=False, include_input=False)]
        mistakes.extend(mistake for mistake in found if mistake.path not in named)
        return None


def _read_value(name: str, environ: Mapping[str, str], *, mistakes: list[FieldError]) -> str:
    variable = f"{PREFIX}{name.upper()}"
    value = environ.get(variable, "").strip()
    path = environ.get(f"{variable}_FILE", "").strip() if name in FROM_FILE else ""
    if not path:
        return value
    if value:
        message = f"is set, and so is {variable}_FILE; keep one of them"
        mistakes.append(FieldError(path=variable, rule="choice", message=message))
        return ""
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not a text file in UTF-8"
        message = f"(from {variable}_FILE) cannot be read from {path}: {reason}"
        mistakes.append(FieldError(path=variable, rule="format", message=message))
        return ""


def _list_typos(environ: Mapping[str, str]) -> list[FieldError]:
    known = [f"{PREFIX}{name.upper()}" for name in Settings.model_fields]
    known += [f"{PREFIX}{name.upper()}_FILE" for name in FROM_FILE]
    typos: list[FieldError] = []
    for variable in sorted(environ):
        if not variable.upper().startswith(PREFIX) or variable in known:
            continue
        if meant := get_close_matches(variable.upper(), known, n=1, cutoff=_TYPO_LIKENESS):
            typos.append(FieldError(path=variable, rule="unknown", message=f"is no setting; did you mean {meant[0]}?"))
    return typos


def _translate(details: ErrorDetails) -> FieldError:
    """Make one of pydantic's findings ours: the variable's name, a short rule, a sentence without the value."""
    path = PREFIX + str(details["loc"][0]).upper() if details["loc"] else PREFIX.rstrip("_")
    context = details.get("ctx", {})
    limit: str | None = None
    match details["type"]:
        case "missing":
            rule, message = "required", "is not set; it has no default"
        case "int_parsing" | "int_type" | "int_from_float":
            rule, message = "format", "is not a whole number"
        case "float_parsing" | "float_type" | "finite_number":
            rule, message = "format", "is not a number"
        case "greater_than_equal":
            limit = str(context["ge"])
            rule, message = "minimum", f"must be {limit} or more"
        case "less_than_equal":
            limit = str(context["le"])
            rule, message = "maximum", f"must be {limit} or less"
        case "string_too_long":
            limit = str(context["max_length"])
            rule, message = "max_length", f"is longer than {limit} characters"
        case "string_pattern_mismatch":
            rule, message = "characters", "contains a control character or a line break"
        case "literal_error":
            rule, message = "enum", f"is not one of {context['expected']}"
        case _:
            rule, message = "format", details["msg"].removeprefix("Value error, ")
    return FieldError(path=path, rule=rule, message=message, limit=limit)


def _split_keys(text: str) -> tuple[str, ...]:
    return tuple(key for part in re.split(r"[,\r\n]", text) if (key := part.strip()))


def _split_url(url: str) -> SplitResult:
    """Split an http(s) URL with a host name; ValueError says what it should have been."""
    message = "is not a URL such as https://qb.example.com"
    if re.search(r"[^\x21-\x7e]|[\\<>\"]", url):
        raise ValueError(message)
    try:
        parts = urlsplit(url)
        _ = parts.port  # Reading it is what checks it.
    except ValueError:
        raise ValueError(message) from None
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username is not None:
        raise ValueError(message)
    if ":" in parts.hostname or _NUMERIC_HOST.fullmatch(parts.hostname):
        raise ValueError("names an IP address; the Web Connector wants a host name (QBWC1001, QBWC1002)")
    return parts
