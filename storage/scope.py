"""Whose rows an officer may see: their branch's, or, for a national one, everybody's."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, true

EVERYWHERE = "*"  # the branch of a national officer


def within(column: ColumnElement[Any], branch: str) -> ColumnElement[bool]:
    """A condition that every query of the desk carries: another branch's row is not found, whatever was asked for."""
    return true() if branch == EVERYWHERE else column == branch
