"""What is to be chosen, matched, ordered or written as a formula in the bank: right is right, and wrong is wrong."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import torch
from quiz.bank import names, printed, question_at, questions
from torch import nn

from grader.quiz.authored import Question
from grader.quiz.model import QuestionType

F = nn.functional
DOUBLE = torch.float64


def run(program: str, **more: Any) -> dict[str, Any]:
    """Run a program; return the names it leaves."""
    space = names() | more
    exec(program, space)
    return space


def error_of(program: str) -> str:
    with pytest.raises(RuntimeError) as caught:
        run(program)
    return str(caught.value)


def right_text(question: Question) -> str:
    (right,) = [option for option in question.options if option.right]
    assert right.text is not None
    return right.text.en


# ------------------------------------------------------------------------------------------ one or several of many


def test_shares_memory_is_told_by_the_storage():
    question = question_at("quiz01/shares-memory")
    for option in question.options:
        space = run(question.code)
        shared = eval(option.code, space).untyped_storage().data_ptr() == space["x"].untyped_storage().data_ptr()
        assert shared == option.right, option.code


def test_cross_entropy_takes_the_targets_that_are_ticked_and_raises_for_the_others():
    logits = torch.zeros(4, 3)
    for option in question_at("quiz03/ce-inputs").options:
        try:
            F.cross_entropy(logits, eval(option.code, names()))
            works = True
        except (RuntimeError, IndexError):
            works = False
        assert works == option.right, option.code


def test_only_the_shifted_line_gives_a_finite_and_right_logsumexp():
    question = question_at("quiz03/stable-lse")
    x = torch.tensor([1000.0, 999.0])
    for option in question.options:
        found = eval(option.code, run(question.code, x=x))
        assert torch.isclose(found, torch.logsumexp(x, dim=0)).item() == option.right, option.code


def test_view_of_a_transposed_matrix_raises_and_reshape_gives_the_values_of_the_third_choice():
    question = question_at("quiz01/view-after-transpose")
    assert "view" in error_of(question.code)
    assert right_text(question).startswith("It raises")
    with_reshape = run(question.code.replace(".t().view", ".t().reshape"))
    assert with_reshape["y"].tolist() == [0, 3, 1, 4, 2, 5]


def test_square_batch_without_keepdim_has_the_row_sums_that_are_told():
    question = question_at("quiz01/square-without-keepdim")
    assert run(question.code)["p"].sum(dim=1).tolist() == [0.75, 1.25]
    assert "0.75 and 1.25" in right_text(question)


@pytest.mark.parametrize(
    ("label", "part_of_message"),
    [
        ("quiz02/update-recorded", "leaf Variable that requires grad"),
        ("quiz04/backward-twice", "backward through the graph a second time"),
        ("quiz04/vector-backward", "only for scalar outputs"),
    ],
)
def test_program_raises_as_the_right_choice_says(label, part_of_message):
    question = question_at(label)
    assert part_of_message in error_of(question.code)
    assert right_text(question).startswith("It raises")


def test_softmax_of_shifted_logits_is_unchanged():
    logits = torch.tensor([0.3, -1.0, 2.0], dtype=DOUBLE)
    assert torch.allclose(torch.softmax(logits + 5, dim=0), torch.softmax(logits, dim=0))
    assert right_text(question_at("quiz03/shift")) == "Nothing."


def trained(begin: Callable[[nn.Sequential], None]) -> torch.Tensor:
    """The weights of a hidden layer that began so, after some steps."""
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(4, 6), nn.Tanh(), nn.Linear(6, 2))
    begin(net)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    for _ in range(20):
        optimizer.zero_grad()
        F.cross_entropy(net(torch.randn(8, 4)), torch.randint(0, 2, (8,))).backward()
        optimizer.step()
    return net[0].weight.detach()


def equal(parameters: Iterator[nn.Parameter]) -> None:
    for parameter in parameters:
        nn.init.constant_(parameter, 0.1)


def test_equal_hidden_units_stay_equal_while_they_train():
    assert "copies" in right_text(question_at("quiz05/zero-init"))
    hidden = trained(lambda net: equal(net.parameters()))
    assert torch.allclose(hidden, hidden[:1].expand_as(hidden))
    assert not torch.allclose(hidden, torch.full_like(hidden, 0.1))


def test_the_question_says_that_the_biases_begin_equal_too_as_torch_makes_them_differ():
    assert question_at("quiz05/zero-init").text.en.startswith("All weights and biases")
    assert question_at("quiz05/zero-init").text.zh.count("权重和偏置") == 2
    hidden = trained(lambda net: equal(layer.weight for layer in net if isinstance(layer, nn.Linear)))
    assert not torch.allclose(hidden, hidden[:1].expand_as(hidden), atol=1e-3)


def test_evaluation_mode_changes_dropout_and_batch_norm_only():
    rights = [option.text.en.split()[0] for option in question_at("quiz05/eval-mode").options if option.right]
    assert rights == ["Dropout", "Batch"]
    net = nn.Sequential(nn.Linear(3, 3), nn.BatchNorm1d(3), nn.Dropout(0.5))
    x = torch.randn(16, 3)
    net.eval()
    assert torch.equal(net(x), net(x))
    assert torch.allclose(net(x[:1]), net(x)[:1], atol=1e-6)
    net(x).sum().backward()
    assert net[0].weight.grad is not None
    assert net[0].weight.requires_grad


def test_no_grad_stops_the_recording_and_nothing_else():
    rights = [option.right for option in question_at("quiz04/no-grad-or-eval").options]
    assert rights == [True, True, True, False, False, False]
    w = torch.ones(1000, requires_grad=True)
    w.sum().backward()
    with torch.no_grad():
        result = w * w
        w -= 0.1
        dropped = F.dropout(w, 0.5)
    assert not result.requires_grad and result.grad_fn is None
    assert (dropped == 0).any()
    assert w.requires_grad and w.grad is not None


def test_gradient_points_to_the_steepest_ascent():
    assert right_text(question_at("quiz02/uphill")) == "In the direction in which the loss grows fastest."
    place = torch.tensor([1.0, -2.0], dtype=DOUBLE, requires_grad=True)

    def loss(at: torch.Tensor) -> torch.Tensor:
        return at[0] ** 2 + 3 * at[1] ** 2

    loss(place).backward()
    angles = torch.linspace(0, 2 * torch.pi, 721, dtype=DOUBLE)[:-1]
    around = [loss(place.detach() + 1e-4 * torch.stack([a.cos(), a.sin()])) for a in angles]
    best = angles[int(torch.stack(around).argmax())]
    direction = place.grad / place.grad.norm()
    assert torch.allclose(direction, torch.stack([best.cos(), best.sin()]), atol=0.02)


# ------------------------------------------------------------------------------------------ matching


def matched(label: str) -> Iterator[tuple[str, str]]:
    """Each row's code, with the code of the option that is right for it."""
    question = question_at(label)
    by_name = {option.name: option.code for option in question.options}
    return ((row.code or row.name, by_name[row.to]) for row in question.rows)


def test_results_have_the_dtypes_that_they_are_matched_with():
    f = torch.tensor([0.5, 1.5])
    given = {"i": torch.tensor([1, 2]), "f": f, "h": f.half(), "t": torch.tensor([True, False])}
    for code, dtype in matched("quiz01/promotion"):
        assert str(eval(code, dict(given)).dtype) == dtype, code


@pytest.mark.filterwarnings("ignore:The .grad attribute of a Tensor that is not a leaf")
def test_tensors_hold_the_gradients_that_they_are_matched_with():
    space = run(question_at("quiz04/who-has-grad").code)
    for name, gradient in matched("quiz04/who-has-grad"):
        found = space[name].grad
        assert str(None if found is None else found.item()) == gradient, name


def test_temperatures_give_the_probabilities_that_they_are_matched_with():
    logits = torch.tensor([2.0, 1.0, 0.0])
    changed = {"plain": logits - 7, "cold": logits * 100, "hot": logits / 100, "mirrored": -logits}
    question = question_at("quiz03/temperature")
    codes = {option.name: option.code for option in question.options}
    assert {row.name for row in question.rows} == set(changed)
    for row in question.rows:
        found = ", ".join(f"{value:.2f}" for value in torch.softmax(changed[row.name], dim=0).tolist())
        assert f"[{found}]" == codes[row.to], row.name


# ------------------------------------------------------------------------------------------ putting in order


def keeps_to_the_graph(question: Question, order: tuple[str, ...]) -> bool:
    place = {name: i for i, name in enumerate(order)}
    return all(place[before] < place[item.name] for item in question.options for before in item.after)


def outcomes(label: str, outcome: Callable[[str], Any]) -> Iterator[tuple[tuple[str, ...], bool, Any]]:
    """Every order of the lines, whether it is called right, and what comes of running it (None: it raises)."""
    question = question_at(label)
    lines = {item.name: item.code for item in question.options}
    for order in itertools.permutations(lines):
        try:
            result = outcome("\n".join(lines[name] for name in order))
        except (NameError, RuntimeError):
            result = None
        yield order, keeps_to_the_graph(question, order), result


def test_training_step_is_right_in_just_the_orders_that_train():
    def trained(program: str) -> list[float]:
        torch.manual_seed(0)
        net, loss = nn.Linear(2, 1), nn.MSELoss()
        X, y = torch.randn(4, 2), torch.randn(4, 1)
        optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
        loss(net(10 * X), y).backward()  # old gradients are present
        run(program, net=net, loss=loss, X=X, y=y, optimizer=optimizer)
        return net.weight.flatten().tolist()

    found = list(outcomes("quiz02/loop", trained))
    (wanted,) = {tuple(result) for _, right, result in found if right}
    assert sum(right for _, right, _ in found) == 3
    assert all(right == (result is not None and tuple(result) == wanted) for _, right, result in found)


def test_backward_pass_is_right_in_just_the_orders_that_give_autograds_gradients():
    rng = np.random.default_rng(0)
    x, W1, W2 = rng.normal(size=(5, 3)), rng.normal(size=(3, 4)), rng.normal(size=(4, 2))
    one_hot = np.eye(2)[[0, 1, 1, 0, 1]]
    first, second = (torch.tensor(W, requires_grad=True) for W in (W1, W2))
    scores = torch.relu(torch.tensor(x) @ first) @ second
    F.cross_entropy(scores, torch.tensor(one_hot)).backward()
    h = np.maximum(x @ W1, 0)
    probabilities = torch.softmax(scores.detach(), dim=1).numpy()

    def agrees(program: str) -> bool:
        space = run(program, x=x, W1=W1, W2=W2, h=h, probabilities=probabilities, one_hot=one_hot)
        return np.allclose(space["d_W1"], first.grad) and np.allclose(space["d_W2"], second.grad)

    assert all(right == bool(result) for _, right, result in outcomes("quiz04/backward-order", agrees))


def test_stable_loss_is_right_in_just_the_orders_that_give_torchs_loss():
    logits = np.array([[900.0, 901.0, -5.0], [0.1, 0.2, 0.3]])
    targets = np.array([0, 2])
    wanted = F.cross_entropy(torch.tensor(logits), torch.tensor(targets)).item()

    def agrees(program: str) -> bool:
        return np.isclose(run(program, logits=logits, targets=targets)["loss"], wanted).item()

    assert all(right == bool(result) for _, right, result in outcomes("quiz03/log-softmax-steps", agrees))


def test_known_wrong_orders_are_wrong():
    ordered = [question for _, question in questions() if question.type is QuestionType.ORDER]
    assert len(ordered) >= 3
    for question in ordered:
        for known in question.wrong:
            rights = (
                order
                for order in itertools.permutations(item.name for item in question.options)
                if keeps_to_the_graph(question, order)
            )
            for order in rights:
                places = [order.index(name) for name in known.sequence]
                assert places != sorted(places), (question.id, known.sequence)


# ------------------------------------------------------------------------------------------ formulas


def derivative(formula: Callable[..., torch.Tensor], by: str, **at: float) -> float:
    values = {name: torch.tensor(value, dtype=DOUBLE, requires_grad=name == by) for name, value in at.items()}
    formula(**values).backward()
    found = values[by].grad
    assert found is not None
    return found.item()


def descended(curvature: float, rate: float, start: float, steps: float, decay: float = 0.0) -> float:
    w = torch.tensor([start], dtype=DOUBLE, requires_grad=True)
    optimizer = torch.optim.SGD([w], lr=rate, weight_decay=decay)
    for _ in range(int(steps)):
        optimizer.zero_grad()
        (curvature * w * w / 2).sum().backward()
        optimizer.step()
    return w.item()


def one_right_class(C: float, q: float) -> float:
    rest = (1 - q) / (C - 1)
    logits = torch.tensor([[q] + [rest] * (int(C) - 1)], dtype=DOUBLE).log()
    return F.cross_entropy(logits, torch.tensor([0])).item()


FORMULAS: dict[str, Callable[..., float]] = {
    "quiz02/derivative": lambda **at: derivative(lambda w, x, y: (w * x - y) ** 2 / 2, "w", **at),
    "quiz02/steps-formula": lambda a, eta, t, w0: descended(a, eta, w0, t),
    "quiz03/log-c": one_right_class,
    "quiz03/sigmoid-gradient": lambda z: derivative(
        lambda z: F.binary_cross_entropy_with_logits(z, torch.ones_like(z)), "z", z=z
    ),
    "quiz04/tanh-slope": lambda **at: derivative(lambda w, x: torch.tanh(w * x), "w", **at),
    "quiz05/decay-formula": lambda w0, eta, lam, t: descended(0.0, eta, w0, t, decay=lam),
}


def formula_value(text: str, at: dict[str, float]) -> float:
    functions = {"exp": np.exp, "ln": np.log, "tanh": np.tanh}
    return float(eval(text.replace("^", "**"), functions | at))


@pytest.mark.parametrize("label", FORMULAS)
def test_formula_has_the_value_that_torch_finds_and_wrong_ones_have_not(label):
    question = question_at(label)
    assert isinstance(question.answer, str)
    rng = np.random.default_rng(1)
    apart = dict.fromkeys((known.value for known in question.wrong), False)
    for _ in range(5):
        at = {v.name: float(rng.uniform(v.low, v.high)) for v in question.variables}
        at |= {name: float(round(at[name])) for name in ("t", "C") if name in at}  # steps and classes are counted
        truth = FORMULAS[label](**at)
        assert np.isclose(formula_value(question.answer, at), truth), at
        for value in apart:
            apart[value] |= not np.isclose(formula_value(value, at), truth)
    assert all(apart.values()), apart


def test_every_formula_of_the_bank_is_checked():
    expressions = {label for label, question in questions() if question.type is QuestionType.EXPRESSION}
    assert expressions == set(FORMULAS)


# ------------------------------------------------------------------------------------------ programs


def test_every_program_without_parameters_runs_or_raises_as_told():
    raising = {
        "quiz01/view-after-transpose",
        "quiz02/update-recorded",
        "quiz04/backward-twice",
        "quiz04/vector-backward",
    }
    for label, question in questions():
        if question.code and "{{" not in question.code and label != "quiz03/stable-lse":
            if label in raising:
                assert error_of(question.code)
            else:
                printed(question.code)
