"""Structured logs, one JSON object a line, from which numbers and secrets are taken out before anything is written."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

TOKEN = re.compile(r"\d{6,20}:[A-Za-z0-9_-]{30,}")  # a Telegram bot's; it stands in the URL of every call
NUMBER = re.compile(r"(?<![\w.-])\+?\d[\d .-]{8,}\d(?![\w.-])")  # NIK, KPJ, phone
SECRET_KEYS = {"token", "secret", "text", "phone", "nik", "kpj", "name", "password", "key"}
HIDDEN = "[hidden]"


def set_up(level: str = "INFO") -> None:
    """Our own log and the libraries' go to standard error in one form. Libraries that log URLs are kept quiet."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.dict_tracebacks,
            redact,
            structlog.processors.JSONRenderer(ensure_ascii=True),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Redacting("%(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for noisy in ("httpx", "httpcore", "telegram", "aiohttp.access"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def redact(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {key: HIDDEN if key in SECRET_KEYS else _clean(value) for key, value in event.items()}


def _clean(value: Any) -> Any:
    match value:
        case str():
            return hide(value)
        case dict():
            return {key: HIDDEN if key in SECRET_KEYS | {"locals"} else _clean(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_clean(inner) for inner in value]
        case _:
            return value


def hide(text: str) -> str:
    return NUMBER.sub(HIDDEN, TOKEN.sub(HIDDEN, text))


class _Redacting(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        # One line a record, so that nobody's text can forge another.
        return hide(super().format(record)).replace("\n", "\\n").replace("\r", "\\r")
