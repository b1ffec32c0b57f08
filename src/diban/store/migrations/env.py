"""How migrations run: on the connection that `diban.store.migrate` hands over, nowhere else."""

from alembic import context

connection = context.config.attributes["connection"]
context.configure(connection=connection, transactional_ddl=True)
context.run_migrations()
