"""Imports that can be undone for a day, and chats whose customer is shown whole for a reason.

Undoing deletes customers, each of whom the database looks for among those merged into another: that needs an index.

Revision ID: 0009
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = '0009'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        'import_runs',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column(
            'created_at',
            sa.TIMESTAMP(timezone=True),
            server_default=sa.text('now()'),
            nullable=False,
        ),
        sa.Column('agent_id', sa.Uuid(), nullable=False),
        sa.Column('new', sa.Integer(), nullable=False),
        sa.Column('changed', sa.Integer(), nullable=False),
        sa.Column('undone_at', sa.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(['agent_id'], ['agents.id'], name=op.f('fk_import_runs_agent_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_import_runs')),
    )
    op.create_index('idx_import_runs_created', 'import_runs', ['created_at'])
    op.create_table(
        'imported_customers',
        sa.Column('run_id', sa.Uuid(), nullable=False),
        sa.Column('customer_id', sa.Uuid(), nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.Column('is_new', sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ['run_id'],
            ['import_runs.id'],
            name=op.f('fk_imported_customers_run_id'),
            ondelete='CASCADE',
        ),
        sa.PrimaryKeyConstraint('run_id', 'customer_id', name=op.f('pk_imported_customers')),
    )
    op.create_index(
        'idx_customers_merged_into',
        'customers',
        ['merged_into_id'],
        postgresql_where=sa.text('merged_into_id IS NOT NULL'),
    )
    op.add_column('chat_sessions', sa.Column('contacts_shown_to', sa.Uuid(), nullable=True))


def downgrade() -> None:
    """Go back to the one before."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_column('chat_sessions', 'contacts_shown_to')
    op.drop_index('idx_customers_merged_into', table_name='customers')
    op.drop_table('imported_customers')
    op.drop_table('import_runs')
