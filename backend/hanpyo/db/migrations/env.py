"""What Alembic runs for a migration: over the connection that `db.schema` hands it."""

from alembic import context

from hanpyo.db.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
