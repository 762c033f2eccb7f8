"""How a chat ends whose agent ended it for abuse.

Revision ID: 0049
Revises: 0048
"""

from alembic import op

revision = '0049'
down_revision = '0048'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("ALTER TYPE chat_ending ADD VALUE IF NOT EXISTS 'protection'")


def downgrade() -> None:
    """Go back; the new value of the type stays, unused."""
    op.execute("SET LOCAL lock_timeout = '5s'")
