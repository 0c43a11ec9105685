"""Campaigns that repeat, reminders that were refused, audiences that are kept, and files that go with campaigns."""

import sqlalchemy as sa
from alembic import op

revision = "0014_standing"
down_revision = "0013_partners"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("campaigns", sa.Column("parent", sa.BigInteger(), nullable=True))
    op.add_column("campaigns", sa.Column("edition", sa.String(), nullable=True))
    op.create_index("campaigns_editions", "campaigns", ["parent", "edition"], unique=True)
    op.create_table(
        "refusals",
        sa.Column("contact_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("campaign", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("contact_id", "campaign"),
    )
    _audiences()
    op.create_table(
        "attachments",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("branch", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("token"),
    )
    op.create_index("ix_attachments_branch", "attachments", ["branch"])


def _audiences() -> None:
    op.create_table(
        "saved_audiences",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("branch", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("saved_audiences_by_name", "saved_audiences", ["branch", "name"], unique=True)
    op.create_table(
        "people_lists",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("branch", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("lines", "known", "unknown", "unreadable")),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_people_lists_branch", "people_lists", ["branch"])
    op.create_table(
        "listed_people",
        sa.Column("list", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("contact_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("list", "contact_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("listed_people_by_contact", "listed_people", ["contact_id"])


def downgrade() -> None:
    for table in ("attachments", "listed_people", "people_lists", "saved_audiences", "refusals"):
        op.drop_table(table)
    op.drop_index("campaigns_editions", "campaigns")
    op.drop_column("campaigns", "edition")
    op.drop_column("campaigns", "parent")
