"""Practice: questions that went wrong come back with other numbers, later and later. It counts for no score."""
