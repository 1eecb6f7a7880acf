"""Settings every process shares: a frozen pydantic-settings class, read once by `__main__` and handed down.

`WIREDESK_NAME` gives a value, `WIREDESK_NAME_FILE` a file that holds it (for secrets); both at once is an error.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from wiredesk.errors import UsageError

__all__ = ["PREFIX", "CommonSettings", "read"]

PREFIX = "WIREDESK_"
S = TypeVar("S", bound=BaseSettings)


class CommonSettings(BaseSettings):
    """What every worker, the gateway and the command line need to know."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore")

    redis_url: SecretStr = SecretStr("redis://127.0.0.1:6379/0")
    index_url: SecretStr = SecretStr("tantivy:///var/lib/wiredesk/index")
    data: Path = Path("/var/lib/wiredesk")
    port: int = Field(default=0, ge=0, le=65535, description="health and metrics; 0 picks a free one")
    host: str = Field(default="127.0.0.1", description="the address health, metrics and pages listen on")
    log_format: str = Field(default="auto", pattern="^(auto|json|console)$")
    log_level: str = Field(default="info", pattern="^(?i:debug|info|warning|error|critical)$")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments first, then `…_FILE`, then the environment; no .env file, no secrets folder."""
        return init_settings, _FileSource(settings_cls), env_settings


class _FileSource(EnvSettingsSource):
    """Reads `WIREDESK_NAME_FILE`."""

    def __call__(self) -> dict[str, Any]:
        values = {}
        for name in self.settings_cls.model_fields:
            variable = f"{PREFIX}{name}".upper()
            path = self.env_vars.get(f"{variable}_FILE".lower())
            if not path:
                continue
            if self.env_vars.get(variable.lower()) is not None:
                raise UsageError(f"{variable} and {variable}_FILE are both set; keep one")
            try:
                values[name] = Path(path).read_text().strip()
            except OSError as error:
                raise UsageError(f"{variable}_FILE names {path}, which cannot be read: {error.strerror}") from error
        return values


def read(settings: Callable[..., S], **overrides: Any) -> S:
    """Build settings from the environment. Raises UsageError, naming the variable, when one has a bad value."""
    try:
        return settings(**overrides)
    except ValidationError as error:
        problems = "; ".join(f"{PREFIX}{'_'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors())
        raise UsageError(f"settings: {problems}") from error
