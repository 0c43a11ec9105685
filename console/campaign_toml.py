"""A campaign as a file, as one would write it by hand: what is as usual is left out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from typing import Any

from pydantic import BaseModel

from storage.campaigns_file import CampaignFile


def dump(file: CampaignFile) -> str:
    """Reads back as the very same campaign."""
    return "\n".join(_table(file.model_dump(exclude_defaults=True) | {"name": file.name}, "")) + "\n"


def _table(values: Mapping[str, Any], path: str) -> Iterator[str]:
    """Plain values first: in TOML what stands under a heading belongs to it."""
    tables = {name: value for name, value in values.items() if isinstance(value, Mapping)}
    lists = {name: value for name, value in values.items() if _is_list_of_tables(value)}
    for name, value in values.items():
        if name not in tables and name not in lists and value is not None:
            yield f"{_key(name)} = {_value(value)}"
    for name, table in tables.items():
        inner = f"{path}{_key(name)}"
        yield from ("", f"[{inner}]", *_table(table, f"{inner}."))
    for name, rows in lists.items():
        for row in rows:
            yield from ("", f"[[{path}{_key(name)}]]", *_table(row, f"{path}{_key(name)}."))


def _is_list_of_tables(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and bool(value) and isinstance(value[0], (Mapping, BaseModel))


def _key(name: str) -> str:
    plain = name.isascii() and name.replace("_", "").replace("-", "").isalnum()
    return name if plain else _value(name)


def _value(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return repr(value)
        case datetime() | date() | time():
            return value.isoformat()
        case list() | tuple():
            return f"[{', '.join(_value(one) for one in value)}]"
        case _:
            # JSON's escapes are TOML's, but for the delete character.
            return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")
