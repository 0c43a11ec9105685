"""How far we have come, kept when rows are erased."""

import sqlalchemy as sa
from alembic import op

revision = "0005_marks"
down_revision = "0004_pauses"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "marks",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("reached", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )


def downgrade() -> None:
    op.drop_table("marks")
