"""Rosters are imported by officers: with a file, a state, a report, and a way back."""

import sqlalchemy as sa
from alembic import op

revision = "0007_rosters"
down_revision = "0006_talks"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for text, first in (("state", "live"), ("file", ""), ("mapping", "{}"), ("report", "{}")):
        op.add_column("rosters", sa.Column(text, sa.String(), nullable=False, server_default=first))
    for count in ("version", "done", "total"):
        op.add_column("rosters", sa.Column(count, sa.Integer(), nullable=False, server_default="0"))
    op.add_column("rosters", sa.Column("digest", sa.String(), nullable=True))
    op.add_column("rosters", sa.Column("officer_id", sa.BigInteger(), nullable=True))
    op.add_column("rosters", sa.Column("beat_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "roster_files",
        sa.Column("roster", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("roster"),
    )


def downgrade() -> None:
    op.drop_table("roster_files")
    for column in ("state", "file", "mapping", "report", "version", "done", "total", "digest", "officer_id", "beat_at"):
        op.drop_column("rosters", column)
