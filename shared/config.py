"""The settings every service needs. No address and no secret has a default."""

import os
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict


class MissingConfigurationError(SystemExit):
    """Ends the start with every missing or wrong setting named at once."""


class _SecretFiles(PydanticBaseSettingsSource):
    """`BILLING_MONGO_URL_FILE=/run/secrets/x` gives `mongo_url` the file's text."""

    def get_field_value(self, field: object, field_name: str) -> tuple[object, str, bool]:  # noqa: ARG002
        prefix = self.settings_cls.model_config.get("env_prefix", "")
        variable = f"{prefix}{field_name}_FILE".upper()
        path = os.environ.get(variable)
        try:
            return (Path(path).read_text().strip() if path else None), field_name, False
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise MissingConfigurationError(f"Configuration:\n  {variable}: {reason}") from None

    def __call__(self) -> dict[str, object]:
        found = {
            name: self.get_field_value(field, name)[0]
            for name, field in self.settings_cls.model_fields.items()
        }
        return {name: value for name, value in found.items() if value is not None}


class ServiceConfig(BaseSettings):
    """What every service is told by its environment; subclasses set `env_prefix` and add."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    mongo_url: SecretStr
    mongo_database: str
    rabbit_url: SecretStr
    http_host: str = "127.0.0.1"
    http_port: int
    public_url: str
    """The gateway as a browser sees it, without a slash at the end."""
    signing_key: SecretStr
    """This service's private Ed25519 key as JWK."""
    trusted_keys: str
    """The public keys of all services as JWKS."""
    environment: Literal["development", "production"]
    traces_endpoint: str | None = None
    operator_password: SecretStr | None = Field(default=None, min_length=16)
    """Opens the operator page on the service's own port; without it there is no such page."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - no .env files on purpose
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - replaced by _SecretFiles
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments first, then secret files, then the environment."""
        return init_settings, _SecretFiles(settings_cls), env_settings

    @classmethod
    def load(cls) -> Self:
        """Read the environment; exit with all missing and wrong names in one message."""
        try:
            return cls()
        except ValidationError as error:
            prefix = cls.model_config.get("env_prefix", "")
            lines = [
                f"  {prefix}{'.'.join(map(str, e['loc'])).upper()}: {e['msg']}"
                for e in error.errors(include_input=False, include_url=False)
            ]
            raise MissingConfigurationError("Configuration:\n" + "\n".join(sorted(lines))) from None

    @property
    def secure(self) -> bool:
        """Whether browsers reach us by https, so that cookies may be `Secure` and `__Host-`."""
        return self.public_url.startswith("https://")
