"""Find who is behind a figure of the evaluation: by what they reached and by what their check said, in the order of people."""

import sqlalchemy as sa
from alembic import op

revision = "0022_behind"
down_revision = "0021_erased"
branch_labels = None
depends_on = None

STAGES = ("new", "touched", "talked", "checked", "interest", "registered", "helped", "programme", "access", "claims")
WHOSE = ["contact_id", "month", "branch", "partner", "country"]


def upgrade() -> None:
    op.drop_index("journeys_by_month", "journeys")
    op.create_index("journeys_by_person", "journeys", WHOSE)
    op.create_index("journeys_by_result", "journeys", ["result", *WHOSE])
    for bit, name in enumerate(STAGES):
        reached = sa.text(f"stages & {1 << bit} <> 0")
        op.create_index(f"journeys_{name}", "journeys", WHOSE, postgresql_where=reached, sqlite_where=reached)


def downgrade() -> None:
    for name in ("by_person", "by_result", *STAGES):
        op.drop_index(f"journeys_{name}", "journeys")
    op.create_index("journeys_by_month", "journeys", ["branch", "month", "contact_id"])
