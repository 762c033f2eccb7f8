"""One way to keep somebody out: whoever was blocked is not in use.

Revision ID: 0018
Revises: 0017
"""

from alembic import op

revision = '0018'
down_revision = '0017'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute('UPDATE agents SET is_active = false WHERE blocked_at IS NOT NULL AND is_active')


def downgrade() -> None:
    """Go back: who is not in use stays so, by the column that both versions read."""
    op.execute("SET LOCAL lock_timeout = '5s'")
