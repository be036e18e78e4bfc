"""A question shown: as text for a terminal, as HTML for a page."""
