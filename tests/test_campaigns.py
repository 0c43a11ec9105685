"""Campaigns: their tables, their states, and who may do what with them."""

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine
from sqlmodel import SQLModel

import storage.campaigns


def test_the_migration_makes_the_tables_that_the_models_describe(migrated_file: Path) -> None:
    engine = create_engine(f"sqlite:///{migrated_file}")
    with engine.connect() as db:
        differences = compare_metadata(MigrationContext.configure(db), SQLModel.metadata)
    engine.dispose()
    ours = {storage.campaigns.CAMPAIGNS.name, storage.campaigns.RECIPIENTS.name, storage.campaigns.APPROACHES.name}
    assert [found for found in differences if any(name in repr(found) for name in ours)] == []
