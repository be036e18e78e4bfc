"""What a student returns is plain data or a handle: no class and no operator of theirs ever decides anything."""

import numpy as np
import torch
from exams import ends

from grader.examination import close

STUDENT = '''
import enum
import numpy as np
import torch
from collections import OrderedDict, namedtuple


class AlwaysEqual:
    """Claims to be equal to everything."""

    dtype, shape, ndim, device = torch.float32, (3,), 1, torch.device("cpu")

    def __eq__(self, other):
        return True

    __ne__ = __lt__ = __le__ = __gt__ = __ge__ = lambda self, other: True
    __hash__ = lambda self: 0
    __bool__ = lambda self: True
    __float__ = lambda self: 1.0
    __array__ = lambda self, *args, **kwargs: np.ones(3)
    __len__ = lambda self: 3


class LyingTensor(torch.Tensor):
    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        return True

    def __eq__(self, other):
        return True


class LyingFloat(float):
    def __eq__(self, other):
        return True

    def __sub__(self, other):
        return 0.0

    __rsub__ = __sub__
    __lt__ = __le__ = __gt__ = __ge__ = lambda self, other: True
    __hash__ = float.__hash__


class LyingInt(int):
    def __eq__(self, other):
        return True

    __hash__ = int.__hash__


class LyingStr(str):
    def __eq__(self, other):
        return True

    __hash__ = str.__hash__


class LyingList(list):
    def __eq__(self, other):
        return True


class LyingDict(dict):
    def __getitem__(self, key):
        return 1


class LyingArray(np.ndarray):
    def __array_ufunc__(self, *args, **kwargs):
        return np.ones(3)

    def __eq__(self, other):
        return True


class Colour(enum.IntEnum):
    RED = 1


Pair = namedtuple("Pair", "first second")


def always_equal():
    return AlwaysEqual()


def equal_inside():
    return [AlwaysEqual()]


def equal_key():
    return {AlwaysEqual(): 1}


def lying_tensor():
    return torch.zeros(3).as_subclass(LyingTensor)


def parameter():
    return torch.nn.Parameter(torch.zeros(3))


def lying_array():
    return np.zeros(3).view(LyingArray)


def masked_array():
    return np.ma.masked_array([1.0, 2.0, 3.0], mask=[0, 1, 0])


def lying_float():
    return LyingFloat(2.0)


def lying_int():
    return LyingInt(2)


def lying_str():
    return LyingStr("no")


def lying_list():
    return LyingList([1])


def lying_dict():
    return LyingDict(a=2)


def ordered():
    return OrderedDict(a=2)


def pair():
    return Pair(1, 2)


def colour():
    return Colour.RED


def sparse():
    return torch.zeros(3).to_sparse()


def meta():
    return torch.empty(3, device="meta")


def quantized():
    return torch.quantize_per_tensor(torch.zeros(3), 0.1, 0, torch.quint8)


def a_set():
    return {1, 2}


def object_array():
    return np.array([AlwaysEqual()], dtype=object)


def text_array():
    return np.array(["a"])


def structured_array():
    return np.zeros(2, dtype=[("x", "f4")])


def big_endian():
    return np.zeros(2, dtype=">f4")


def too_large():
    return torch.zeros(1).expand(1 << 40)


def too_large_really():
    return torch.zeros(300 * 1024 * 1024, dtype=torch.uint8)


def too_deep():
    made = []
    for _ in range(500):
        made = [made]
    return made


def huge_int():
    return 1 << 100_000


def surrogate():
    return "\\ud800"


def many_items():
    return [[] for _ in range(200_000)]


def a_module():
    return torch


def a_lambda():
    return lambda x: x + 1


def lazy_grad():
    x = torch.ones(3, requires_grad=True)
    return x * 2


def requires_grad_leaf():
    return torch.ones(3, requires_grad=True)


def lazy_conj():
    return torch.tensor([1 + 1j]).conj()


def lazy_neg():
    return torch.tensor([1 + 1j]).conj().imag


def hides_class():
    return HidesClass()


class HidesClass:
    """Claims to be a tensor, to isinstance."""

    @property
    def __class__(self):
        return torch.Tensor


class EvilMeta(type):
    def __instancecheck__(cls, other):
        return True

    def __eq__(cls, other):
        return True

    def __hash__(cls):
        return hash(int)


class Evil(metaclass=EvilMeta):
    pass


def evil_meta():
    return Evil()


class RaisesEverywhere:
    def __getattribute__(self, name):
        raise RuntimeError("no")


def raises_everywhere():
    return RaisesEverywhere()
'''

REFERENCE = """
import numpy as np
import torch

ones = lambda: torch.ones(3)
always_equal = lying_tensor = parameter = sparse = meta = quantized = too_large = too_large_really = ones
evil_meta = raises_everywhere = hides_class = ones
lying_array = masked_array = object_array = text_array = structured_array = big_endian = lambda: np.ones(3)
equal_inside = too_deep = many_items = lambda: [1.0]
equal_key = lying_dict = ordered = lambda: {"a": 1}
lying_float = lambda: 1.0
lying_int = huge_int = colour = lambda: 1
lying_str = surrogate = lambda: "yes"
lying_list = lambda: [2]
pair = lambda: (1, 2)
a_set = lambda: {1, 2}
a_module = lambda: torch
a_lambda = lambda: lambda x: x + 1
lazy_grad = lambda: torch.full((3,), 2.0)
requires_grad_leaf = lambda: torch.ones(3)
lazy_conj = lambda: torch.tensor([1 - 1j])
lazy_neg = lambda: torch.tensor([-1.0])
"""


# -- reduced to plain data, whose own values count


@ends("failed", says="0")
def test_a_tensor_subclass_is_judged_by_its_elements(student):
    made = student.lying_tensor()
    assert type(made) is torch.Tensor
    close(made, torch.ones(3))


@ends("failed", says="0")
def test_a_parameter_is_a_tensor_of_its_elements(student):
    made = student.parameter()
    assert type(made) is torch.Tensor
    close(made, torch.ones(3))


@ends("failed", says="0")
def test_an_array_subclass_is_judged_by_its_elements(student):
    made = student.lying_array()
    assert type(made) is np.ndarray
    close(made, np.ones(3))


@ends("failed")
def test_a_masked_array_is_judged_by_its_data(student):
    made = student.masked_array()
    assert type(made) is np.ndarray
    close(made, np.ones(3))


def test_a_result_of_the_graph_arrives_detached(student):
    made = student.lazy_grad().detach()
    assert type(made) is torch.Tensor
    assert made.grad_fn is None
    close(made, torch.full((3,), 2.0))


def test_a_lazily_conjugated_result_is_resolved(student):
    assert student.lazy_conj().tolist() == [1 - 1j]


def test_a_lazily_negated_result_is_resolved(student):
    assert student.lazy_neg().tolist() == [-1.0]


# -- kept in the child, and useless for a comparison


@ends("failed", says="AlwaysEqual")
def test_an_object_that_equals_everything_equals_nothing(student):
    close(student.always_equal(), torch.ones(3))


@ends("failed", "handle")
def test_the_operators_of_an_object_are_never_asked(student):
    assert student.always_equal() == 1.0


@ends("failed", "handle")
def test_an_object_is_neither_true_nor_false(student):
    assert student.always_equal()


@ends("failed", "handle")
def test_an_object_is_not_ordered(student):
    assert student.always_equal() > 0


@ends("failed", "handle")
def test_an_object_is_not_hashed(student):
    assert student.always_equal() in {1, 2}


@ends("failed", "handle")
def test_an_object_is_not_found_in_a_list(student):
    assert student.always_equal() in [1, 2]


@ends("failed", says="AlwaysEqual")
def test_an_object_in_a_list_is_an_object_still(student):
    close(student.equal_inside(), [1.0])


@ends("failed", "handle")
def test_an_object_in_a_list_decides_no_comparison_of_lists(student):
    assert student.equal_inside() == [1.0]


@ends("failed", says="LyingFloat")
def test_a_float_subclass_is_no_float(student):
    close(student.lying_float(), 1.0)


@ends("failed", "handle")
def test_the_equality_of_a_float_subclass_is_never_asked(student):
    assert student.lying_float() == 1.0


@ends("failed", "type.object")
def test_the_difference_of_a_float_subclass_is_never_asked(student):
    assert abs(student.lying_float() - 1.0) < 1e-6


@ends("failed", "handle")
def test_the_order_of_a_float_subclass_is_never_asked(student):
    assert student.lying_float() <= 1.0


@ends("failed", "handle")
def test_the_equality_of_an_int_subclass_is_never_asked(student):
    assert student.lying_int() == 1


@ends("failed", "handle")
def test_the_equality_of_a_text_subclass_is_never_asked(student):
    assert student.lying_str() == "yes"


@ends("failed", "handle")
def test_the_equality_of_a_list_subclass_is_never_asked(student):
    assert student.lying_list() == [2]


@ends("failed", "handle")
def test_an_enumeration_is_no_int(student):
    assert student.colour() == 1


@ends("failed", says="dict")
def test_a_dict_subclass_is_no_dict(student):
    close(student.lying_dict(), {"a": 1})


@ends("failed", says="HidesClass")
def test_an_object_that_claims_another_class_is_its_own(student):
    close(student.hides_class(), torch.ones(3))


@ends("failed")
def test_a_metaclass_that_equals_int_deceives_nobody(student):
    close(student.evil_meta(), torch.ones(3))


@ends("failed", "raised")
def test_an_object_that_raises_everywhere_raises_in_the_students_process(student):
    close(student.raises_everywhere(), torch.ones(3))


# -- refused


@ends("failed", "refused.unsupported")
def test_a_sparse_tensor_is_refused(student):
    close(student.sparse(), torch.ones(3))


@ends("failed", "refused.unsupported")
def test_a_tensor_without_data_is_refused(student):
    close(student.meta(), torch.ones(3))


@ends("failed", "refused.unsupported")
def test_a_quantized_tensor_is_refused(student):
    close(student.quantized(), torch.ones(3))


@ends("failed", "refused.unsupported")
def test_an_array_of_objects_is_refused(student):
    close(student.object_array(), np.ones(3))


@ends("failed", "refused.unsupported")
def test_an_array_of_text_is_refused(student):
    close(student.text_array(), np.ones(3))


@ends("failed", "refused.unsupported")
def test_a_structured_array_is_refused(student):
    close(student.structured_array(), np.ones(3))


@ends("failed")
def test_an_array_of_the_other_byte_order_is_no_float32(student):
    close(student.big_endian(), np.ones(3))


@ends("failed", "refused.too-large")
def test_a_tensor_with_more_elements_than_can_be_is_refused(student):
    close(student.too_large(), torch.ones(3))


@ends("failed", "refused.too-large", says="300 MiB")
def test_a_result_over_the_cap_is_refused_with_its_size(student):
    close(student.too_large_really(), torch.ones(3))


@ends("failed", "refused.too-large")
def test_a_list_nested_too_deep_is_refused(student):
    close(student.too_deep(), [1.0])


@ends("failed", "refused.too-large")
def test_an_endlessly_long_int_is_refused(student):
    close(student.huge_int(), 1)


@ends("failed", "refused.too-large")
def test_a_list_of_too_many_objects_is_refused(student):
    close(student.many_items(), [1.0])


@ends("failed", "refused.unsupported")
def test_text_that_is_not_unicode_is_refused(student):
    close(student.surrogate(), "yes")


@ends("failed", "refused.unsupported")
def test_a_key_with_an_equality_of_its_own_is_refused(student):
    close(student.equal_key(), {"a": 1})
