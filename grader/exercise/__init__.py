"""What is asked: manifests, courses, workspaces and a student's progress. Imports no torch."""

from grader.exercise.course import Course, Listed, Origin, load_course
from grader.exercise.dates import Dates
from grader.exercise.entries import Entry
from grader.exercise.manifest import read_exercise
from grader.exercise.new_workspace import NewWorkspace, create_workspace
from grader.exercise.progress import (
    ExerciseProgress,
    Progress,
    Score,
    read_progress,
    record_score,
)
from grader.exercise.workspace import Workspace, find_workspace

__all__ = [
    "Course",
    "Dates",
    "Entry",
    "ExerciseProgress",
    "Listed",
    "NewWorkspace",
    "Origin",
    "Progress",
    "Score",
    "Workspace",
    "create_workspace",
    "find_workspace",
    "load_course",
    "read_exercise",
    "read_progress",
    "record_score",
]
