"""The topics a free question may have."""

from __future__ import annotations

import tomllib

from understanding.normaliser import HERE

with (HERE / "topics.toml").open("rb") as _file:
    TOPICS: tuple[str, ...] = tuple(tomllib.load(_file)["topics"])
