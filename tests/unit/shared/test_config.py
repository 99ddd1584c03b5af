import pytest
from pydantic_settings import SettingsConfigDict

from shared.config import MissingConfigurationError, ServiceConfig


class ExampleConfig(ServiceConfig):
    model_config = SettingsConfigDict(env_prefix="EXAMPLE_", frozen=True, extra="ignore")

    smtp_port: int


COMPLETE = {
    "MONGO_URL": "mongodb://example:secret@db/",
    "MONGO_DATABASE": "example",
    "RABBIT_URL": "amqp://example:secret@bus/doorstep",
    "HTTP_PORT": "8101",
    "PUBLIC_URL": "https://doorstep.example",
    "SIGNING_KEY": "{}",
    "TRUSTED_KEYS": "{}",
    "ENVIRONMENT": "production",
    "SMTP_PORT": "25",
}


@pytest.fixture
def environment(monkeypatch):
    for name, value in COMPLETE.items():
        monkeypatch.setenv(f"EXAMPLE_{name}", value)
    return monkeypatch


@pytest.mark.usefixtures("environment")
def test_a_complete_environment_is_read():
    config = ExampleConfig.load()

    assert config.http_port == 8101
    assert config.mongo_url.get_secret_value() == COMPLETE["MONGO_URL"]


def test_everything_that_is_missing_or_wrong_is_named_at_once(environment):
    environment.delenv("EXAMPLE_MONGO_URL")
    environment.delenv("EXAMPLE_SIGNING_KEY")
    environment.setenv("EXAMPLE_SMTP_PORT", "twenty-five")
    environment.setenv("EXAMPLE_ENVIRONMENT", "staging")

    with pytest.raises(MissingConfigurationError) as stopped:
        ExampleConfig.load()

    message = str(stopped.value)
    for name in ("MONGO_URL", "SIGNING_KEY", "SMTP_PORT", "ENVIRONMENT"):
        assert f"EXAMPLE_{name}:" in message
    assert "EXAMPLE_RABBIT_URL" not in message
    assert "twenty-five" not in message


def test_no_address_and_no_secret_has_a_default():
    with pytest.raises(MissingConfigurationError) as stopped:
        ExampleConfig.load()

    assert {line.split(":")[0].strip() for line in str(stopped.value).splitlines()[1:]} == {
        f"EXAMPLE_{name}" for name in COMPLETE
    }


def test_a_secret_may_be_a_file_and_wins_over_the_environment(environment, tmp_path):
    secret = tmp_path / "mongo_url"
    secret.write_text("mongodb://from-file/\n")
    environment.setenv("EXAMPLE_MONGO_URL_FILE", str(secret))

    assert ExampleConfig.load().mongo_url.get_secret_value() == "mongodb://from-file/"


def test_a_secret_file_alone_is_enough(environment, tmp_path):
    secret = tmp_path / "signing_key"
    secret.write_text('{"kty": "OKP"}')
    environment.delenv("EXAMPLE_SIGNING_KEY")
    environment.setenv("EXAMPLE_SIGNING_KEY_FILE", str(secret))

    assert ExampleConfig.load().signing_key.get_secret_value() == '{"kty": "OKP"}'


def test_a_secret_file_that_cannot_be_read_stops_the_start_by_name(environment, tmp_path):
    environment.setenv("EXAMPLE_MONGO_URL_FILE", str(tmp_path / "missing"))

    with pytest.raises(MissingConfigurationError, match="EXAMPLE_MONGO_URL_FILE"):
        ExampleConfig.load()


@pytest.mark.usefixtures("environment")
def test_secrets_do_not_show_when_settings_are_printed():
    assert "secret" not in repr(ExampleConfig.load())


def test_cookies_are_secure_wherever_the_public_address_is(environment):
    assert ExampleConfig.load().secure
    environment.setenv("EXAMPLE_PUBLIC_URL", "http://localhost:8080")
    assert not ExampleConfig.load().secure
