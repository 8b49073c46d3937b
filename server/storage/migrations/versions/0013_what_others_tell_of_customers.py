"""Keep what other systems tell of customers: tickets, loyalty, segments and the like

Revision: 0013, after 0012.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

_DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), 'postgresql')

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('customers') as table:
        table.add_column(sa.Column('told', _DOCUMENT, nullable=False, server_default='{}'))


def downgrade() -> None:
    with op.batch_alter_table('customers') as table:
        table.drop_column('told')
