"""What a picture of a difference holds: plain numbers of a capped size, which `diagnosis` makes and `report` draws."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from grader.texts import Text


class PictureKind(StrEnum):
    """What a picture shows."""

    ERROR_MAP = "error-map"
    HISTOGRAM = "histogram"
    CURVES = "curves"
    BOUNDARY = "boundary"
    MEMORY = "memory"


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorMap:
    """Where a result differs and by how much, as a table: the last axis along the columns, the others down the rows.

    A cell holds the largest |got - expected| of the elements that it stands for; 0.0: all are within the tolerance;
    None: NaN or an infinity where none belongs, or the other way round.
    """

    shape: tuple[int, ...]
    rows: int  # of elements
    columns: int
    rows_per_cell: int
    columns_per_cell: int
    cells: tuple[tuple[float | None, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Histogram:
    """How often which value comes; `edges` has one number more than the bins."""

    edges: tuple[float, ...]
    got: tuple[int, ...]
    expected: tuple[int, ...]
    got_nonfinite: int = 0  # NaN and infinities, which no bin counts
    expected_nonfinite: int = 0
    is_clipped: bool = False  # values beyond the edges are counted in the outermost bins


@dataclass(frozen=True, slots=True, kw_only=True)
class Curves:
    """Two curves over the same axis; None: not finite, or the shorter one has ended."""

    x: tuple[float, ...]
    got: tuple[float | None, ...]
    expected: tuple[float | None, ...]
    x_label: Text
    y_label: Text
    logarithmic: bool = False  # the y axis


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanePoint:
    """One example on the plane, with its right class."""

    x: float
    y: float
    label: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Boundary:
    """The class at each place of a plane, the row of the largest y first; -1: none, the scores are not finite."""

    x_range: tuple[float, float]
    y_range: tuple[float, float]
    got: tuple[tuple[int, ...], ...]
    expected: tuple[tuple[int, ...], ...]
    x_label: Text
    y_label: Text
    points: tuple[PlanePoint, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """Which cells of an argument's memory a result shows: element k, in the order of the axes, lies in cell `got[k]`.

    Where `shares` is false the result has memory of its own, and `got` counts that memory's cells. `expected` is empty
    where it is not known. Cells are counted in elements, from `first_cell`; strides too.
    """

    first_cell: int
    cells: int
    shares: bool
    got: tuple[int, ...]
    got_stride: tuple[int, ...]
    expected: tuple[int, ...] = ()
    is_cut: bool = False  # there are more cells, or more elements, than are shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """Something better looked at than read, as plain data; `alt` says in words what there is to see.

    Exactly the part that `kind` names is there.
    """

    kind: PictureKind
    title: Text
    alt: Text
    error_map: ErrorMap | None = None
    histogram: Histogram | None = None
    curves: Curves | None = None
    boundary: Boundary | None = None
    memory: Memory | None = None
