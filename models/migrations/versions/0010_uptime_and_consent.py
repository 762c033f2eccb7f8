"""Since when the desk hears its customers, and when a customer agreed that their data is kept.

Revision ID: 0010
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = '0010'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        'uptime',
        sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            'since', sa.TIMESTAMP(timezone=True), server_default=sa.text('now()'), nullable=False
        ),
        sa.Column(
            'last_at', sa.TIMESTAMP(timezone=True), server_default=sa.text('now()'), nullable=False
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_uptime')),
    )
    op.add_column(
        'chat_sessions', sa.Column('consented_at', sa.TIMESTAMP(timezone=True), nullable=True)
    )


def downgrade() -> None:
    """Go back to the one before."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_column('chat_sessions', 'consented_at')
    op.drop_table('uptime')
