"""What campaigns changed, counted once."""

import sqlalchemy as sa
from alembic import op

revision = "0020_effects"
down_revision = "0019_proven_numbers"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "campaign_effects",
        sa.Column("campaign", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("branch", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("got", "got_checked", "held", "held_checked")),
        sa.PrimaryKeyConstraint("campaign"),
    )
    op.create_index("ix_campaign_effects_branch", "campaign_effects", ["branch"])


def downgrade() -> None:
    op.drop_table("campaign_effects")
