"""Keep privacy requests until they are done, and the proof that they were

Revision: 0004, after 0003.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('privacy_requests',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('shop_domain', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('platform_id', sa.String(), nullable=False),
    sa.Column('person', sa.String(), nullable=True),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('proof', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_privacy_requests')),
    sa.UniqueConstraint('shop_domain', 'kind', 'platform_id', name=op.f('uq_privacy_requests_shop_domain_kind_platform_id'))
    )


def downgrade() -> None:
    op.drop_table('privacy_requests')
