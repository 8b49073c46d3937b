"""Remember how far back an import of orders went

Revision: 0005, after 0004.
"""

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('imports', schema=None) as batch_op:
        batch_op.add_column(sa.Column('since', sa.DateTime(timezone=True), nullable=True))
    # What was imported before went as far back as the shop says, be that all or not.
    op.execute(
        "UPDATE imports SET since = (SELECT history_starts_at FROM shops WHERE shops.id = imports.shop_id)"
        " WHERE kind = 'orders'"
    )


def downgrade() -> None:
    with op.batch_alter_table('imports', schema=None) as batch_op:
        batch_op.drop_column('since')
