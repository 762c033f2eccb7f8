"""The secrets of the sites that show the chat.

Revision ID: 0047
Revises: 0046
"""

import sqlalchemy as sa
from alembic import op

revision = '0047'
down_revision = '0046'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        'site_keys',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('created_at', sa.TIMESTAMP(timezone=True), server_default=sa.text('now()'), nullable=False),
        sa.Column('origin', sa.String(length=200), nullable=False),
        sa.Column('sealed', sa.String(), nullable=False),
        sa.Column('made_by_id', sa.Uuid(), nullable=False),
        sa.Column('retired_at', sa.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(['made_by_id'], ['agents.id'], name=op.f('fk_site_keys_made_by_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_site_keys')),
    )  # fmt: skip
    op.create_index('idx_site_keys_origin', 'site_keys', ['origin', 'created_at'])


def downgrade() -> None:
    """Go back to the revision before."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table('site_keys')
