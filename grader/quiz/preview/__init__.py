"""A quiz as its teacher looks at it before students do: the variants of some seeds, each with its key."""
