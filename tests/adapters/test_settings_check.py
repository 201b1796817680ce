"""Settings are read strictly: what is wrong is named before anything starts."""

import re
from pathlib import Path

import pytest

from adapters.errors import CannotStart
from adapters.provider_settings import SANDBOX_VALUES, ProviderSettings
from adapters.sendgrid.signature import public_key
from adapters.settings import ROOT, Settings
from adapters.settings_check import load_settings, setting_names


@pytest.fixture
def env_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty `.env` in the folder where the program is started."""
    monkeypatch.chdir(tmp_path)
    file = tmp_path / ".env"
    file.touch()
    return file


def refusal(file: Path, text: str) -> str:
    file.write_text(text)
    with pytest.raises(CannotStart) as refused:
        load_settings()
    return str(refused.value)


def test_an_unknown_name_in_the_file_is_told_with_the_one_meant(env_file: Path) -> None:
    assert "Unknown setting GURUDESK_PROT" in refusal(env_file, "GURUDESK_PROT=8000\n")
    assert "Did you mean GURUDESK_PORT?" in refusal(env_file, "GURUDESK_PROT=8000\n")
    assert "Unknown setting COLOUR" in refusal(env_file, "COLOUR=red\n")


@pytest.mark.parametrize("name", ["GURUDESK_PROT", "SENDGRID_APIKEY"])
def test_an_unknown_name_of_ours_in_the_environment_stops_the_start(
    env_file: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "x")
    assert f"Unknown setting {name} in the environment" in refusal(env_file, "")


def test_what_other_programs_have_in_the_environment_is_theirs(env_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOMEBODY_ELSES", "x")
    assert load_settings().port == 8000


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("GURUDESK_PORT=eighty", "GURUDESK_PORT must be a whole number."),
        ("GURUDESK_PORT=70000", "GURUDESK_PORT must be 65535 or less."),
        ("GURUDESK_ENV=staging", "GURUDESK_ENV must be one of 'development' or 'production'."),
        ("GURUDESK_DEMO=perhaps", "GURUDESK_DEMO must be true or false."),
        ("GURUDESK_LEASE_SECONDS=soon", "GURUDESK_LEASE_SECONDS must be a number."),
        ("GURUDESK_SECRET_KEY=short", "GURUDESK_SECRET_KEY must be at least 32 characters."),
        ("GURUDESK_ENV=production", "GURUDESK_SECRET_KEY must be set in production."),
        ("GURUDESK_PUBLIC_URL=https://", "GURUDESK_PUBLIC_URL must be an address like https://courses.example.com."),
        ("GURUDESK_REDIS_URL=localhost:6379", "GURUDESK_REDIS_URL must start with redis://, rediss:// or unix://."),
        ("GURUDESK_FILES=cloud", "GURUDESK_FILES must be one of 'disk' or 's3'."),
        ("GURUDESK_S3_ENDPOINT=s3.example.com", "GURUDESK_S3_ENDPOINT must be an address like https://s3.example.com."),
        (
            "GURUDESK_FILES=s3\nGURUDESK_S3_REGION=auto\nGURUDESK_S3_ACCESS_KEY=key",
            "GURUDESK_FILES is s3, so GURUDESK_S3_BUCKET, GURUDESK_S3_SECRET_KEY must be set.",
        ),
        (
            "GURUDESK_MAIL_FROM=Acme <hello@acme.com>",
            "GURUDESK_MAIL_FROM must be an e-mail address alone; the name is GURUDESK_MAIL_FROM_NAME.",
        ),
    ],
)
def test_a_malformed_value_names_its_setting_and_what_is_expected(env_file: Path, line: str, expected: str) -> None:
    assert refusal(env_file, line) == expected


def test_a_refused_secret_is_not_repeated(env_file: Path) -> None:
    assert "hush-hush" not in refusal(env_file, "GURUDESK_SECRET_KEY=hush-hush\n")


def test_a_line_that_is_no_setting_is_told_with_its_number(env_file: Path) -> None:
    assert "line 2" in refusal(env_file, "GURUDESK_PORT=8000\n'oops\n")


def test_all_that_is_wrong_is_told_at_once(env_file: Path) -> None:
    assert len(refusal(env_file, "GURUDESK_PORT=x\nGURUDESK_DEMO=x\n").splitlines()) == 2


def test_the_example_lists_every_setting_with_one_comment_each() -> None:
    lines = (ROOT / ".env.example").read_text().splitlines()
    settings = [number for number, line in enumerate(lines) if re.match(r"[A-Z0-9_]+=", line)]
    shown = [lines[number].split("=")[0] for number in settings]
    assert sorted(shown) == sorted(setting_names())
    # The providers' settings are a class of their own, and stand in the file where a reader looks for them.
    of_providers = [str(field.validation_alias) for field in ProviderSettings.model_fields.values()]
    assert [name for name in shown if name in of_providers] == of_providers
    assert [name for name in shown if name not in of_providers] == setting_names()[len(of_providers) :]
    for number in settings:
        assert lines[number - 1].startswith("# ")
        assert not lines[number - 2].startswith("# ")


def test_the_example_shows_the_defaults_and_what_the_sandbox_takes(env_file: Path) -> None:
    env_file.write_text((ROOT / ".env.example").read_text())
    shown, default = load_settings(), Settings(_env_file=None)
    credentials = {name.lower() for name in SANDBOX_VALUES} | {"data_dir", "sendgrid_webhook_public_key"}
    assert shown.model_dump(exclude=credentials) == default.model_dump(exclude=credentials)
    for name in SANDBOX_VALUES:
        provider = name.split("_")[0].lower()
        assert shown.credential(name, provider) == default.credential(name, provider) != ""
    assert public_key(shown) == public_key(default)


def test_what_the_sandbox_takes_opens_nothing_in_production(env_file: Path) -> None:
    example = (ROOT / ".env.example").read_text().replace("GURUDESK_ENV=development", "GURUDESK_ENV=production")
    env_file.write_text(example.replace("GURUDESK_SECRET_KEY=", f"GURUDESK_SECRET_KEY={'k' * 40}"))
    settings = load_settings()
    assert settings.production
    assert not any(settings.credential(name, name.split("_")[0].lower()) for name in SANDBOX_VALUES)
    assert public_key(settings) == ""


@pytest.mark.parametrize("named", ["zoom/flood", "zoom/429*0", "cut", "sendgrid:webhook/bounce"])
def test_a_fault_that_is_none_is_named(env_file: Path, named: str) -> None:
    said = refusal(env_file, f"GURUDESK_SANDBOX_FAULTS=instamojo/cut, {named}\n")
    assert said.startswith(f"GURUDESK_SANDBOX_FAULTS: there is no fault “{named}”")
