"""The records that pass between stages: frozen, typed, and free of behaviour.

They cross process boundaries as msgpack and reach reports as JSON, so they hold plain data only: no tensors,
no paths to live objects. Text that a person reads is a `Text`, complete in both languages.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from grader.pictures import Picture
from grader.texts import Language as Language  # theirs too, for whoever imports records
from grader.texts import Text as Text


class Outcome(StrEnum):
    """What became of one test."""

    PASSED = "passed"
    FAILED = "failed"
    BLOCKED = "blocked"  # a test it needs did not pass
    TIMEOUT = "timeout"
    MEMORY = "memory"
    CRASHED = "crashed"
    FORBIDDEN = "forbidden"
    GRADER_FAULT = "grader-fault"

    @property
    def is_missed(self) -> bool:
        """Whether the test itself went wrong: it did not pass, and does not only wait for one that it needs."""
        return self not in (Outcome.PASSED, Outcome.BLOCKED)


class Fault(StrEnum):
    """Whose fault a failure is."""

    STUDENT = "student"
    AUTHOR = "author"
    GRADER = "grader"


class Severity(StrEnum):
    """How much it weighs what a check finds in the files of an exercise or a quiz."""

    ERROR = "error"  # students would be graded unfairly, or meet what is broken
    WARNING = "warning"  # very probably not meant so
    NOTE = "note"  # worth a look, and often right as it is


class Isolation(StrEnum):
    """How strongly the child is confined."""

    STRONG = "strong"
    LANDLOCK = "landlock"
    GVISOR = "gvisor"
    PROCESS = "process"


class Device(StrEnum):
    """Where the submission's tensors live."""

    CPU = "cpu"
    CUDA = "cuda"


class Reveal(StrEnum):
    """How much of a failed hidden test its student sees; each step includes those before it."""

    NONE = "none"  # that it failed
    HINT = "hint"  # the hint, and the likely cause in words
    SHAPE = "shape"  # also types, shapes and dtypes
    FULL = "full"  # also values, as for a visible test


# ---------------------------------------------------------------------------------------------- what is asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one exam of an exercise may use."""

    call_s: float = 2.0
    exam_s: float = 30.0
    memory_mib: int = 512
    gpu_memory_mib: int = 4096  # for tensors, with --device cuda


@dataclass(frozen=True, slots=True, kw_only=True)
class Exercise:
    """One exercise: its manifest, and where its files lie.

    `folder` holds all that students get; `solution_folder` is empty where the hidden half is not at hand,
    and then only visible tests run. `mutates` maps a function ("sgd_step", "SGD.step") to the parameters
    that it may change.
    """

    id: str
    slug: str
    title: Text
    topics: tuple[str, ...]
    files: tuple[str, ...]
    devices: tuple[Device, ...]
    preload: tuple[str, ...]
    limits: Limits
    mutates: dict[str, tuple[str, ...]]
    forbid: tuple[str, ...]
    reveal_hidden: Reveal
    folder: str
    solution_folder: str
    sha256: str  # over every file that decides a grade: manifest, stub, tests, reference
    allow: tuple[str, ...] = ()  # names of libraries that may be used; empty: all but those of `forbid`
    sealed: dict[str, str] = field(default_factory=dict, repr=False)  # the hidden half's Python files, if not on a disk
    sealed_data: dict[str, bytes] = field(default_factory=dict, repr=False)  # and its other files
    public: dict[str, bytes] = field(default_factory=dict, repr=False)  # of `folder`, as read: looked up nowhere again
    languages: tuple[Language, ...] = (Language.EN, Language.ZH)  # that it must be complete in

    @property
    def name(self) -> str:
        """The folder's name: `exercise03_softmax`."""
        return f"{self.id}_{self.slug}"


# ---------------------------------------------------------------------------------------------- what came in


@dataclass(frozen=True, slots=True, kw_only=True)
class NotebookCell:
    """Where a notebook's cell begins in the module made of it: line `l` of the module is line `l - line + 1` of it."""

    number: int  # among all cells of the notebook, Markdown too, from 1; of one that a kernel ran: its execution count
    line: int  # of the module, from 1
    executed: bool = False  # a kernel ran it: `number` is the 7 of "In [7]"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """One file of a submission, by the name that the exercise's `files` gives it."""

    name: str
    text: str
    cells: tuple[NotebookCell, ...] = ()  # of the notebook that it was made of, in order; none: it came as a file

    @property
    def stem(self) -> str:
        """The module's name: `no_max_shift`, of `mistakes/no_max_shift.py`."""
        return self.name.rpartition("/")[2].removesuffix(".py")

    @property
    def is_of_kernel(self) -> bool:
        """Whether it was made of what a running notebook defines: then its name means nothing to its student."""
        return any(cell.executed for cell in self.cells)


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """What a student handed in: allow-listed files only."""

    files: tuple[SourceFile, ...]
    origin: str  # where it was read from, for messages
    sha256: str
    untouched: bool  # every file is still the stub
    ignored: int = 0  # other files that were handed in and not looked at; of a folder, those beside the ones taken


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedIn:
    """Who handed a submission in, when and as what: what the person who grades a class knows of it."""

    student: str  # the roster's id; without a roster, what the entry's name says
    name: str = ""  # as people write it
    entry: str = ""  # what it was handed in as, seen from the folder of submissions: "alice.zip"
    at: str = ""  # ISO 8601 with its offset; "": not known
    commit: str = ""  # of a git repository, in full
    attempt: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Award:
    """What the course's rules for lateness and attempts make of the points that were earned."""

    points: float
    kept: float = 1.0  # the share of the earned points that the rules leave
    late_days: int = 0  # begun days after the due date and the grace
    reason: Text | None = None  # None: every point is kept


# ---------------------------------------------------------------------------------------------- what was found


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLine:
    """One of the student's own lines, as a traceback shows it."""

    file: str
    line: int  # from 1
    function: str
    source: str
    column: int = 0  # from 1; 0: unknown
    cell: NotebookCell | None = None  # that it came in; None: in a file, or it is not known


MISCONCEPTION = "misconception."  # so begins the `cause_id` of a known mistake, and its file's name follows
NOT_WRITTEN = "raised.not_written"  # the `cause_id` of a stub's NotImplementedError
UPSTREAM = "upstream"  # the name of the last argument of `student.f.grad(inputs, upstream)` in `ValueFacts`


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why a test did not pass, already reduced to what its student may see.

    The parts answer, in this order: which call, what was expected, what came, where, the likely cause, and what
    to do next. An absent part is None. `cause_id` names the cause for machines ("factor.batch", "raised",
    "unknown"); `problem` is the one line that says what went wrong.
    """

    problem: Text
    cause_id: str = "unknown"
    call: str | None = None
    expected: Text | None = None
    got: Text | None = None
    where: Text | None = None
    cause: Text | None = None
    next_step: Text | None = None
    traceback: tuple[SourceLine, ...] = ()
    pictures: tuple[Picture, ...] = ()  # the most telling first
    example: Text | None = None  # Python code that shows the failure; the languages differ in its comments


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """What a person should look at: the rules could not be checked there. It changes no point.

    `code` names the reason for machines: "name", "import", "code", "table", "door", "inner", "graph",
    "depth", "size".
    """

    file: str
    line: int  # from 1
    column: int  # from 1
    code: str
    text: Text
    cell: NotebookCell | None = None  # that the line came in; None: in a file, or it is not known


@dataclass(frozen=True, slots=True, kw_only=True)
class TestResult:
    """One test of an exam."""

    __test__ = False  # not a test class, whatever pytest thinks of the name

    name: str
    claim: Text  # the test's docstring: the line that the student sees
    outcome: Outcome
    points: float
    earned: float
    visible: bool
    wall_s: float
    hint: Text | None = None
    blocked_by: str | None = None
    explanation: Explanation | None = None
    fault: Fault | None = None  # None: it passed, or was blocked
    output: str = ""  # what the student's code printed during the test, capped


@dataclass(frozen=True, slots=True, kw_only=True)
class Resources:
    """What the student's code used, as seen from outside; units in the names."""

    children: int = 0
    calls: int = 0  # exact, and a call more can be made for each bit of a hidden input: in no report
    visible_calls: int = 0  # of these, until the first hidden test
    cpu_s: float = 0.0
    peak_memory_mib: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueFacts:
    """What an argument or result was: `name` is the expression that leads to it, "params['W1']"."""

    name: str
    kind: str  # of Python's type: "Tensor", "ndarray", "int", "list", "None"
    shape: tuple[int, ...] = ()  # of a list or dict: its length
    dtype: str = ""
    contiguous: bool = True
    low: float | None = None  # the smallest finite element; a number itself
    high: float | None = None
    finite: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFacts:
    """One call of a student's function by a test, as it was when it was made."""

    test: str
    function: str
    op: str  # "call", or "grad" for `student.f.grad(...)`
    arguments: tuple[ValueFacts, ...]
    results: tuple[ValueFacts, ...]
    digest: str  # equal for equal arguments


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearness:
    """How near the values of one `close` came to the edge of its tolerance, the worst of an exam."""

    file: str  # "test_hidden.py"
    line: int  # from 1
    share: float  # the largest error as a share of the allowed one; above 1 it is beyond


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionMeasure:
    """What the calls of one of the student's functions were like."""

    function: str  # "softmax", "SGD.step", "next(minibatches(…))"
    slowest_s: float  # as the examiner waited for it
    floats: bool  # a result held floating numbers, or it may change arguments that do
    shares: bool  # a result lay in the memory of an argument, or stayed in the child


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """What an exam measured beside its verdicts, where the request asked for it."""

    nearness: tuple[Nearness, ...] = ()
    functions: tuple[FunctionMeasure, ...] = ()
    planted: int = 0  # results and arguments that got the error which the request asked for


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """Everything that one exam found.

    `problem` is set when the submission could not even be loaded (then every test shares its outcome), or when
    the exam has no score because the author or the grader is at fault.
    """

    seed: int
    tests: tuple[TestResult, ...]
    hidden_available: bool
    problem: Explanation | None = None
    fault: Fault | None = None  # whose fault `problem` is; AUTHOR and GRADER mean: unscored
    output: str = ""  # printed while the module was imported
    resources: Resources = field(default_factory=Resources)
    versions: dict[str, str] = field(default_factory=dict)
    isolation: Isolation = Isolation.PROCESS
    exam_s: float = 0.0
    reviews: tuple[Review, ...] = ()  # places at which a person should look, in the order of the files
    attempts: int = 1  # 2: the first was lost to a fault of our own
    calls: tuple[CallFacts, ...] = ()  # where the request asked for them
    measures: Measures | None = None
    notes: tuple[Text, ...] = ()  # what operator or author should mend, such as a failing plugin; no point changes
