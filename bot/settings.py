"""Every setting, typed, from the environment (SAPA_*) or a .env file. `.env.example` says why each exists."""

from __future__ import annotations

import json
import re
from pathlib import Path

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    # A value that is refused may be a secret, so no error shows it.
    model_config = SettingsConfigDict(env_prefix="SAPA_", env_file=".env", extra="ignore", hide_input_in_errors=True)

    database_url: str = "sqlite:///var/sapa.db"
    notes_folder: Path = Path("var")
    secret_key: SecretStr | None = None
    old_secret_keys: SecretStr = SecretStr("")
    branch: str = "sidoarjo"
    host: str = "127.0.0.1"
    port: int = Field(8080, ge=0, le=65535)
    metrics_port: int | None = Field(None, ge=0, le=65535)
    public_url: str = ""
    behind_proxy: bool = False
    telegram_token: SecretStr | None = None
    telegram_name: str = Field("", pattern=r"^@?[A-Za-z0-9_]*$")
    telegram_api_url: str = "https://api.telegram.org"
    telegram_webhook_secret: SecretStr | None = None
    telegram_rate: float = Field(30, ge=0)
    telegram_chat_rate: float = Field(1, ge=0)
    whatsapp_token: SecretStr | None = None
    whatsapp_number: str = Field("", pattern=r"^\+?[0-9]*$")
    whatsapp_phone_id: str = Field("", pattern=r"^[0-9]*$")
    whatsapp_app_secret: SecretStr | None = None
    whatsapp_verify_token: SecretStr | None = None
    whatsapp_api_url: str = "https://graph.facebook.com/v26.0"
    whatsapp_rate: float = Field(80, ge=0)
    log_level: str = "INFO"

    @field_validator(
        "secret_key",
        "telegram_token",
        "telegram_webhook_secret",
        "whatsapp_token",
        "whatsapp_app_secret",
        "whatsapp_verify_token",
        "metrics_port",
        mode="before",
    )
    @classmethod
    def _empty_is_unset(cls, value: object) -> object:
        return None if value == "" else value

    @field_validator("database_url")
    @classmethod
    def _a_database_we_know(cls, value: str) -> str:
        value = re.sub(r"^postgres(ql)?://", "postgresql+asyncpg://", value)
        if not re.match(r"sqlite:///.|postgresql\+asyncpg://.", value):
            raise ValueError("SAPA_DATABASE_URL must be sqlite:///path or postgresql://user@host/name")
        return value

    @field_validator("secret_key")
    @classmethod
    def _long_enough(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < 32:
            raise ValueError("SAPA_SECRET_KEY must have 32 or more characters")
        return value

    @field_validator("old_secret_keys")
    @classmethod
    def _all_long_enough(cls, value: SecretStr) -> SecretStr:
        if any(len(key) < 32 for key in _several(value.get_secret_value())):
            raise ValueError("SAPA_OLD_SECRET_KEYS must be a key of 32 or more characters, or a list of such as JSON")
        return value

    def older_keys(self) -> list[str]:
        return _several(self.old_secret_keys.get_secret_value())


def faults(error: ValidationError) -> str:
    """What is wrong with the settings, a line each, without their values."""
    lines = []
    for fault in error.errors(include_input=False, include_url=False):
        name, said = f"SAPA_{'.'.join(map(str, fault['loc'])).upper()}", fault["msg"].removeprefix("Value error, ")
        lines.append(said if said.startswith(name) else f"{name}: {said}")
    return "\n".join(["Nothing was started. These settings cannot be used (.env.example says what each is for):", *lines])


def _several(typed: str) -> list[str]:
    if typed.startswith("["):
        return [str(key) for key in json.loads(typed)]
    return [typed] if typed else []
