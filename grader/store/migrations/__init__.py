"""How a store came to its newest schema, step by step."""
