# What Otter Assign makes of question 2 where `ok_format: false` is set: tests that raise.
from otter.test_files import test_case

OK_FORMAT = False
name = "q2"
points = 2


@test_case(points=1, hidden=False)
def test_new_row(apply, mean, std):
    import numpy as np

    assert apply(np.array([[4.0, 6.0]]), mean, std).tolist() == [[2.0, 1.0]]


@test_case(points=1, hidden=True)
def test_constant_column(apply, train, mean, std):
    import numpy as np

    assert np.isfinite(apply(train, mean, std)).all()
