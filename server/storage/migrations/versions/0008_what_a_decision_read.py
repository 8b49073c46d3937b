"""Keep the facts that a decision read, and what they came to, in place of sentences

Revision: 0008, after 0007.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

_DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), 'postgresql')

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Decisions made before have their sentences in the trace, which are told as they stand.
    with op.batch_alter_table('decisions') as table:
        table.add_column(sa.Column('read_facts', _DOCUMENT, nullable=False, server_default='{}'))
        table.add_column(sa.Column('screened', _DOCUMENT, nullable=False, server_default='[]'))


def downgrade() -> None:
    with op.batch_alter_table('decisions') as table:
        table.drop_column('screened')
        table.drop_column('read_facts')
