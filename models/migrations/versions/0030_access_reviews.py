"""접속기록: months of the audit log, summed by person, and the reviews of months, which cannot be changed once signed.

Revision ID: 0030
Revises: 0028
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0030'
down_revision = '0028'
branch_labels = None
depends_on = None

REFUSE_REVIEW_CHANGE = """
    CREATE FUNCTION refuse_review_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'access_reviews only grows: % is refused', TG_OP USING ERRCODE = 'insufficient_privilege';
    END $$
"""
TRIGGER = (
    'CREATE TRIGGER access_reviews_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON access_reviews '
    'FOR EACH STATEMENT EXECUTE FUNCTION refuse_review_change()'
)
COUNTS = ('entries', 'shown', 'taken', 'subjects', 'off_hours', 'days')


def upgrade() -> None:
    """Go to this revision."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        'access_months',
        sa.Column('month', sa.Date(), nullable=False),
        sa.Column('agent_id', sa.Uuid(), nullable=False),
        *(sa.Column(name, sa.Integer(), server_default='0', nullable=False) for name in COUNTS),
        sa.Column('first_at', sa.TIMESTAMP(timezone=True), server_default=sa.text('now()'), nullable=True),
        sa.Column('last_at', sa.TIMESTAMP(timezone=True), server_default=sa.text('now()'), nullable=True),
        sa.Column('alarms', sa.Integer(), server_default='0', nullable=False),
        sa.Column('networks', postgresql.ARRAY(sa.String()), server_default='{}', nullable=False),
        sa.Column('most', postgresql.JSONB(astext_type=sa.Text()), server_default='[]', nullable=False),
        sa.PrimaryKeyConstraint('month', 'agent_id', name=op.f('pk_access_months')),
    )  # fmt: skip
    op.create_table(
        'access_reviews',
        sa.Column('month', sa.Date(), nullable=False),
        sa.Column('signed_by_id', sa.Uuid(), nullable=False),
        sa.Column('signed_at', sa.TIMESTAMP(timezone=True), server_default=sa.text('now()'), nullable=False),
        sa.Column('head_id', sa.BigInteger(), nullable=False),
        sa.Column('head_hash', sa.String(length=64), nullable=False),
        sa.Column('remark', sa.String(length=1000), nullable=False),
        sa.Column('figures', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column('digest', sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(['signed_by_id'], ['agents.id'], name=op.f('fk_access_reviews_signed_by_id')),
        sa.PrimaryKeyConstraint('month', name=op.f('pk_access_reviews')),
    )  # fmt: skip
    op.execute(REFUSE_REVIEW_CHANGE)
    op.execute(TRIGGER)


def downgrade() -> None:
    """Go back to the revision before."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table('access_reviews')
    op.execute('DROP FUNCTION refuse_review_change()')
    op.drop_table('access_months')
