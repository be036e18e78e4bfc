"""Brings an older store up to the newest schema, all of it in the caller's transaction: a kill leaves the old one."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from grader.store import tables

FOLDER = Path(__file__).parent / "migrations"


def config_for(connection: sa.Connection) -> Config:
    """Return what alembic's commands take to work on a connection that is open."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def bring_up(connection: sa.Connection, *, target: str = tables.SCHEMA) -> None:
    """Run what lies between the store's schema and `target`; nothing where another process has just done so."""
    command.upgrade(config_for(connection), target)
