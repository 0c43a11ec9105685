"""Whether the number of an interest came with its owner's own contact card."""

import sqlalchemy as sa
from alembic import op

revision = "0019_proven_numbers"
down_revision = "0018_summaries"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("interests", sa.Column("phone_proven", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column("interests", "phone_proven")
