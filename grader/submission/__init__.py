"""What came in: a student's files, taken by an allow-list and read with suspicion. Imports no torch."""

from grader.submission.collect import collect
from grader.submission.limits import MAX_FILE_BYTES

__all__ = ["MAX_FILE_BYTES", "collect"]
