"""PostgreSQL keeps the coarse index over the time of deliveries up to date by itself; until then it reads all newer rows each time."""

from alembic import op

revision = "0018_summaries"
down_revision = "0017_glance"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _set("on")


def downgrade() -> None:
    _set("off")


def _set(value: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER INDEX deliveries_by_time SET (autosummarize = {value})")
