import traceback
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from qbwc_service.app import make_policy
from qbwc_service.errors import FieldError, InvalidSettingsError
from qbwc_service.queue import RetryPolicy
from qbwc_service.settings import Settings, load_settings

KEY = "k" * 32
SECOND_KEY = "s" * 40
MINIMUM = {"QBWC_SERVER_KEY": KEY}


def load(**variables: str) -> Settings:
    return load_settings(MINIMUM | variables)


def refuse(environ: dict[str, str]) -> dict[str, FieldError]:
    with pytest.raises(InvalidSettingsError) as refused:
        load_settings(environ)
    return {error.path: error for error in refused.value.errors}


def test_only_the_server_key_is_required() -> None:
    settings = load_settings(MINIMUM)

    assert settings.server_keys == (KEY,)
    assert settings.database_url.get_secret_value() == "sqlite:///qbwc.sqlite3"
    assert (settings.max_body_mb, settings.lease_minutes, settings.ticket_minutes) == (128, 15, 60)
    assert (settings.batch_size, settings.max_attempts, settings.run_every_minutes) == (20, 8, 5)
    assert (settings.log_format, settings.log_level) == ("text", "INFO")


def test_how_long_a_retry_waits_may_be_less_than_a_second() -> None:
    retries = make_policy(load(QBWC_RETRY_FIRST_SECONDS="0.05", QBWC_RETRY_LONGEST_SECONDS="2")).retries

    assert (retries.first_delay, retries.longest_delay) == (timedelta(milliseconds=50), timedelta(seconds=2))
    assert make_policy(load()).retries == RetryPolicy()


def test_what_is_no_number_of_seconds_is_refused() -> None:
    for text in ("soon", "nan", "inf", "0", "-1"):
        refused = refuse(MINIMUM | {"QBWC_RETRY_FIRST_SECONDS": text})
        assert refused.keys() == {"QBWC_RETRY_FIRST_SECONDS"}
    assert refuse(MINIMUM | {"QBWC_RETRY_FIRST_SECONDS": "soon"}).popitem()[1].message == "is not a number"


def test_an_empty_environment_names_the_missing_key_and_the_way_out() -> None:
    with pytest.raises(InvalidSettingsError) as refused:
        load_settings({})

    assert [(error.path, error.rule) for error in refused.value.errors] == [("QBWC_SERVER_KEY", "required")]
    assert "docs/settings.md" in (refused.value.remedy or "")


def test_nothing_but_the_given_environment_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("QBWC_BATCH_SIZE=7\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("QBWC_BATCH_SIZE", "9")

    assert load_settings(MINIMUM).batch_size == 20


def test_settings_cannot_be_changed_afterwards() -> None:
    with pytest.raises(ValidationError):
        load_settings(MINIMUM).batch_size = 3  # type: ignore[misc]  # That it is refused is the point.


def test_several_server_keys_are_separated_by_commas_the_current_one_first() -> None:
    assert load(QBWC_SERVER_KEY=f"{KEY}, {SECOND_KEY},").server_keys == (KEY, SECOND_KEY)


def test_secrets_can_come_from_files(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(f"{KEY}\r\n{SECOND_KEY}\n")
    (tmp_path / "url").write_text("postgresql://qb:secret@db/qb\n")

    settings = load_settings(
        {"QBWC_SERVER_KEY_FILE": str(tmp_path / "key"), "QBWC_DATABASE_URL_FILE": str(tmp_path / "url")}
    )

    assert settings.server_keys == (KEY, SECOND_KEY)
    assert settings.database_url.get_secret_value() == "postgresql+psycopg://qb:secret@db/qb"


def test_a_secret_given_twice_is_refused(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(KEY)

    errors = refuse(MINIMUM | {"QBWC_SERVER_KEY_FILE": str(tmp_path / "key")})

    assert errors["QBWC_SERVER_KEY"].rule == "choice"


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00"])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "key"
    if content is not None:
        path.write_bytes(content)

    errors = refuse({"QBWC_SERVER_KEY_FILE": str(path)})

    assert list(errors) == ["QBWC_SERVER_KEY"]
    assert str(path) in errors["QBWC_SERVER_KEY"].message


def test_an_empty_variable_counts_as_not_set() -> None:
    assert load(QBWC_BATCH_SIZE=" ", QBWC_BASE_URL="").batch_size == 20


def test_all_mistakes_are_listed_together() -> None:
    errors = refuse(
        {
            "QBWC_SERVER_KEY": "short",
            "QBWC_DATABASE_URL": "mysql://x",
            "QBWC_BASE_URL": "http://qb.example.com",
            "QBWC_BATCH_SIZE": "many",
            "QBWC_MAX_ATTEMPTS": "0",
            "QBWC_MAX_BODY_MB": "9999",
            "QBWC_APP_DESCRIPTION": "x" * 81,
            "QBWC_APP_NAME": "two\nlines",
            "QBWC_LOG_FORMAT": "xml",
            "QBWC_MINIMUM_CLIENT_VERSION": "new",
            "QBWC_LEASE_MINUTE": "5",
        }
    )

    assert {path: error.rule for path, error in errors.items()} == {
        "QBWC_SERVER_KEY": "format",
        "QBWC_DATABASE_URL": "format",
        "QBWC_BASE_URL": "format",
        "QBWC_BATCH_SIZE": "format",
        "QBWC_MAX_ATTEMPTS": "minimum",
        "QBWC_MAX_BODY_MB": "maximum",
        "QBWC_APP_DESCRIPTION": "max_length",
        "QBWC_APP_NAME": "characters",
        "QBWC_LOG_FORMAT": "enum",
        "QBWC_MINIMUM_CLIENT_VERSION": "format",
        "QBWC_LEASE_MINUTE": "unknown",
    }
    assert "QBWC_LEASE_MINUTES" in errors["QBWC_LEASE_MINUTE"].message


def test_no_message_repeats_a_secret() -> None:
    environ = {"QBWC_SERVER_KEY": "hunter2", "QBWC_DATABASE_URL": "mysql://qb:hunter3@db/x"}

    with pytest.raises(InvalidSettingsError) as refused:
        load_settings(environ)

    shown = "".join(traceback.format_exception(refused.value)) + repr(refused.value.errors)
    assert "hunter" not in shown


def test_no_repr_shows_a_secret() -> None:
    settings = load(QBWC_DATABASE_URL="postgresql://qb:hunter2@db/qb")

    assert KEY not in repr(settings)
    assert "hunter2" not in f"{settings!r} {settings} {settings.model_dump_json()}"


def test_variables_of_the_container_platform_are_left_alone() -> None:
    load(QBWC_PORT="tcp://10.0.0.1:80", QBWC_SERVICE_HOST="10.0.0.1", QBWC_TEST_DATABASE_URL="postgresql://x/y")


@pytest.mark.parametrize("url", ["postgres://u:p@h/d", "postgresql://u:p@h/d", "postgresql+psycopg://u:p@h/d"])
def test_every_spelling_of_postgresql_means_psycopg_3(url: str) -> None:
    assert load(QBWC_DATABASE_URL=url).database_url.get_secret_value() == "postgresql+psycopg://u:p@h/d"


@pytest.mark.parametrize("url", ["sqlite:///x.db", "sqlite:////var/lib/qb/x.db", "sqlite:///x.db?timeout=5"])
def test_a_sqlite_file_is_accepted_as_it_is(url: str) -> None:
    assert load(QBWC_DATABASE_URL=url).database_url.get_secret_value() == url


@pytest.mark.parametrize(
    "url",
    [
        *("sqlite://", "sqlite:///", "sqlite:///:memory:", "sqlite:///file:x?mode=memory&uri=true"),
        *("mysql://u@h/d", "postgresql+psycopg2://u@h/d", "x.db"),
    ],
)
def test_other_databases_and_those_in_memory_are_refused(url: str) -> None:
    assert list(refuse(MINIMUM | {"QBWC_DATABASE_URL": url})) == ["QBWC_DATABASE_URL"]


@pytest.mark.parametrize(
    ("url", "app_url"),
    [
        ("https://qb.example.com", "https://qb.example.com/qbwc"),
        ("https://qb.example.com:8443/sub/", "https://qb.example.com:8443/sub/qbwc"),
        ("http://localhost:8000", "http://localhost:8000/qbwc"),
    ],
)
def test_the_base_url_makes_the_addresses(url: str, app_url: str) -> None:
    settings = load(QBWC_BASE_URL=url)

    assert settings.app_url == app_url
    assert settings.app_support == app_url.replace("/qbwc", "/support")
    assert settings.setup_url("abc") == app_url.replace("/qbwc", "/setup/abc")


@pytest.mark.parametrize(
    "url",
    [
        *("http://qb.example.com", "qb.example.com", "ftp://qb.example.com", "https://", "https://u:p@qb.example.com"),
        *("https://10.0.0.1", "http://127.0.0.1:8000", "https://[::1]", "https://qb.example.com:99999"),
        *("https://qb.example.com/?a=b", "https://qb.example.com/#a", "https://qb example.com", "https://bücher.de"),
    ],
)
def test_a_base_url_that_no_web_connector_would_take_is_refused(url: str) -> None:
    assert list(refuse(MINIMUM | {"QBWC_BASE_URL": url})) == ["QBWC_BASE_URL"]


def test_without_a_base_url_the_addresses_say_what_to_set() -> None:
    settings = load_settings(MINIMUM)

    for ask in (lambda: settings.app_url, lambda: settings.app_support, lambda: settings.setup_url("x")):
        with pytest.raises(InvalidSettingsError) as refused:
            ask()
        assert refused.value.field == "QBWC_BASE_URL"


def test_a_support_page_on_another_host_is_refused_with_the_web_connectors_code() -> None:
    errors = refuse(
        MINIMUM | {"QBWC_BASE_URL": "https://qb.example.com", "QBWC_SUPPORT_URL": "https://www.example.com/help"}
    )

    assert "QBWC1000" in errors["QBWC_SUPPORT_URL"].message


def test_a_support_page_on_the_same_host_is_used() -> None:
    settings = load(QBWC_BASE_URL="https://qb.example.com", QBWC_SUPPORT_URL="https://qb.example.com/help")

    assert settings.app_support == "https://qb.example.com/help"


def test_words_may_be_written_in_any_case() -> None:
    settings = load(QBWC_LOG_FORMAT="JSON", QBWC_LOG_LEVEL="debug")

    assert (settings.log_format, settings.log_level) == ("json", "DEBUG")
