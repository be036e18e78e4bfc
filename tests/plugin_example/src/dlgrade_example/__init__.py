"""One plugin of each kind for dlgrade: a diagnosis, a report format, a runner."""
