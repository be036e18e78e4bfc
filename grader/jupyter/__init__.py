"""Grading from within a Jupyter notebook: what lives in the kernel becomes a submission, its report shows there."""
