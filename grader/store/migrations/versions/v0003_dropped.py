"""Questions that a regrade leaves out of the total of an attempt."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make its table."""
    op.create_table(
        "dropped_places",
        sa.Column("attempt", sa.String(40), nullable=False),
        sa.Column("place", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("regrade", sa.Integer, nullable=False),
        sa.Column("why", sa.String(20), nullable=False),
        sa.PrimaryKeyConstraint("attempt", "place", name="pk_dropped_places"),
        sa.ForeignKeyConstraint(["attempt"], ["attempts.id"], name="fk_dropped_places_attempt"),
        sa.ForeignKeyConstraint(["regrade"], ["regrades.id"], name="fk_dropped_places_regrade"),
    )
