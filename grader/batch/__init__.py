"""Grades a class: what many students handed in, into a gradebook, a page a student, and the class at a glance."""
