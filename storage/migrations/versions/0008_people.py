"""What people ask by law and until when, and codes that join several chats of one person."""

import sqlalchemy as sa
from alembic import op

revision = "0008_people"
down_revision = "0007_rosters"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rights",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=True),
        sa.Column("branch", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("rights_due", "rights", ["branch", "done_at", "due_at"])
    op.create_index("rights_by_contact", "rights", ["contact_id", "id"])
    op.create_table(
        "join_codes",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_join_codes_contact_id", "join_codes", ["contact_id"])


def downgrade() -> None:
    op.drop_table("join_codes")
    op.drop_table("rights")
