"""Hostile: leaves with success while it is imported, before anyone can ask it anything."""

import sys

sys.exit(0)
