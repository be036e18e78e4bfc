"""What alembic runs first: the migrations go into the transaction of the connection that was handed in."""

from alembic import context

connection = context.config.attributes["connection"]
context.configure(connection=connection)
context.run_migrations()
