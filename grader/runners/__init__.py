"""Where exams are held: side by side on this machine's cores, or elsewhere."""

from grader.runners.runner import Done, Job, Runner

__all__ = ["Done", "Job", "Runner"]
