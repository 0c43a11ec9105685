"""Interests are worked on: whose they are, when the next call is due, who came twice, and the rules that hand them on."""

import sqlalchemy as sa
from alembic import op

revision = "0009_interests"
down_revision = "0008_people"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("interests", sa.Column("version", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("interests", sa.Column("due_on", sa.Date(), nullable=True))
    op.add_column("interests", sa.Column("officer_id", sa.BigInteger(), nullable=True))
    op.add_column("interests", sa.Column("partner", sa.String(), nullable=True))
    op.add_column("interests", sa.Column("phone_index", sa.String(), nullable=True))
    op.add_column("interests", sa.Column("merged_into", sa.BigInteger(), nullable=True))
    op.create_index("ix_interests_phone_index", "interests", ["phone_index"])
    op.create_table(
        "assignments",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("branch", sa.String(), nullable=False),
        sa.Column("destination", sa.String(), nullable=True),
        sa.Column("partner", sa.String(), nullable=True),
        sa.Column("officer_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_assignments_branch", "assignments", ["branch"])


def downgrade() -> None:
    op.drop_table("assignments")
    op.drop_index("ix_interests_phone_index", table_name="interests")
    for column in ("version", "due_on", "officer_id", "partner", "phone_index", "merged_into"):
        op.drop_column("interests", column)
