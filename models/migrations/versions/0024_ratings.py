"""Ratings of chats by their customers, as facts and in the rollups for reports.

Revision ID: 0024
Revises: 0023
"""

import sqlalchemy as sa
from alembic import op

revision = '0024'
down_revision = '0023'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("ALTER TYPE step_kind ADD VALUE IF NOT EXISTS 'rated'")
    op.create_table(
        'chat_ratings',
        sa.Column('chat_session_id', sa.Uuid(), nullable=False),
        sa.Column('score', sa.SmallInteger(), nullable=False),
        sa.Column('comment', sa.String(length=500), server_default='', nullable=False),
        sa.Column(
            'created_at',
            sa.TIMESTAMP(timezone=True),
            server_default=sa.text('now()'),
            nullable=False,
        ),
        sa.Column(
            'updated_at',
            sa.TIMESTAMP(timezone=True),
            server_default=sa.text('now()'),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ['chat_session_id'],
            ['chat_sessions.id'],
            name=op.f('fk_chat_ratings_chat_session_id'),
        ),
        sa.PrimaryKeyConstraint('chat_session_id', name=op.f('pk_chat_ratings')),
    )
    op.create_index(op.f('ix_chat_ratings_score'), 'chat_ratings', ['score'])
    op.add_column('contact_steps', sa.Column('score', sa.SmallInteger(), nullable=True))
    op.add_column(
        'report_lines',
        sa.Column('has_rating', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    )
    op.add_column(
        'report_lines', sa.Column('rating', sa.SmallInteger(), server_default='0', nullable=False)
    )


def downgrade() -> None:
    """Go back to the revision before; PostgreSQL keeps the step kind."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DELETE FROM contact_steps WHERE kind = 'rated'")
    op.drop_column('report_lines', 'rating')
    op.drop_column('report_lines', 'has_rating')
    op.drop_column('contact_steps', 'score')
    op.drop_table('chat_ratings')
