"""An index of what stands after the @ of customers' addresses.

Revision ID: 0037
Revises: 0036
"""

import sqlalchemy as sa
from alembic import op

revision = '0037'
down_revision = '0036'
branch_labels = None
depends_on = None

DOMAIN_GRAMS = """
    CREATE FUNCTION domain_grams(email text) RETURNS int[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
    RETURN email_grams(substring(lower(email), '@[^@]*$'))
    """
"""A name before the @ that is common must not hide that no domain has it (four seconds for a million customers)."""


def upgrade() -> None:
    """Go to this revision."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(DOMAIN_GRAMS)
    op.create_index(
        'idx_customers_domain_grams',
        'customers',
        [sa.text('domain_grams(email)')],
        postgresql_using='gin',
        postgresql_with={'fastupdate': 'off'},
    )


def downgrade() -> None:
    """Go back to the revision before."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index('idx_customers_domain_grams', table_name='customers')
    op.execute('DROP FUNCTION domain_grams(text)')
