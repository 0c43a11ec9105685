"""Which keys this database was sealed with, and the signature that the audit of an older key gets with a newer one."""

import sqlalchemy as sa
from alembic import op

revision = "0015_keys"
down_revision = "0014_standing"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "keys",
        sa.Column("name", sa.String(), primary_key=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "audit_signatures",
        sa.Column("key", sa.String(), primary_key=True),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("audit_signatures")
    op.drop_table("keys")
