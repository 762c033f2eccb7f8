"""Imports of customers, kept for as long as they can be undone."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, Index, SQLModel

from models.base import Row, Timestamp


class ImportRun(Row, table=True):
    """One import that was stored."""

    __tablename__ = 'import_runs'
    __table_args__ = (Index('idx_import_runs_created', 'created_at'),)

    agent_id: UUID = Field(foreign_key='agents.id')
    new: int
    changed: int
    undone_at: datetime | None = Field(default=None, sa_type=Timestamp)


class ImportedCustomer(SQLModel, table=True):
    """A record that an import created or changed; kept for a day, to undo the import.

    The record's earlier values are in ``customer_changes``, which is deleted with its customer.
    """

    __tablename__ = 'imported_customers'

    run_id: UUID = Field(primary_key=True, foreign_key='import_runs.id', ondelete='CASCADE')
    customer_id: UUID = Field(
        primary_key=True, description='no foreign key: each deletion of a customer would look here'
    )
    version: int = Field(description='of the record, after the import')
    is_new: bool
