"""A quiz in figures: how its questions did, how far its scores can be trusted, and which mistakes students make."""
