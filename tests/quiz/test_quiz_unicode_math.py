"""Formulas on one line: each keeps its meaning, and what has no such form stays TeX."""

from __future__ import annotations

import pytest

from grader.quiz.rendering.unicode_math import unicode_math


@pytest.mark.parametrize(
    ("tex", "shown"),
    [
        (r"\frac{1}{2}(w_2 h - y)^2", "½(w₂h − y)²"),
        (r"\frac{1}{2|B|}\sum_{i \in B}(wx_i - y_i)^2", "1/(2|B|) · ∑_(i∈B) (wxᵢ − yᵢ)²"),
        (r"\frac{f(x + h) - f(x - h)}{2h}", "(f(x + h) − f(x − h))/(2h)"),
        (r"\frac{\partial L}{\partial w} x", "∂L/∂w · x"),
        (r"\frac{a}{b} / \frac{c}{d}", "a/b/(c/d)"),
        (r"\frac{\frac{a}{b}}{c}", "(a/b)/c"),
        (r"\ln\frac{a}{b}", "ln(a/b)"),
        (r"2\frac12 x", "2 · ½x"),
        (r"\hat y = w^\top x", "ŷ = wᵀx"),
        (r"\widehat{xy}", "hat(xy)"),
        (r"e^{-x^2/2}", "e^(−x²/2)"),
        (r"e^{x_j}", "e^(xⱼ)"),
        (r"{x^a}^b", "(xᵃ)ᵇ"),
        (r"a^{b^c}", "a^(bᶜ)"),
        (r"x_{i+1}^{(t)}", "x_(i+1)⁽ᵗ⁾"),
        (r"x_{Bi} y", "x_(Bi) y"),
        (r"\nabla_\theta L", "∇_θ L"),
        (r"10^{-15}", "10⁻¹⁵"),
        (r"\mathbb{R}^{n\times d}", "ℝ^(n×d)"),
        (r"\sqrt{n}x", "√n · x"),
        (r"\sqrt{3^2 + 4^2}", "√(3² + 4²)"),
        (r"\sqrt[3]{x}", "∛x"),
        (r"\tanh^2 x", "tanh² x"),
        (r"\ln \sum_j e^{z_j}", "ln ∑ⱼ e^(zⱼ)"),
        (r"\arg\max_k z_k", "arg maxₖ zₖ"),
        (r"x \leftarrow -x", "x ← −x"),
        (r"w := w - \eta g", "w := w − ηg"),
        (r"\begin{pmatrix}1&2\\3&4\end{pmatrix}", "(1 2; 3 4)"),
        (r"\begin{bmatrix}a+b&2\\3&4\end{bmatrix}", "[a + b, 2; 3, 4]"),
        (r"\mathbf{x} \ne x", "𝐱 ≠ x"),
        (r"\mathrm{ReLU}(x) \in [0, \infty)", "ReLU(x) ∈ [0, ∞)"),
        (r"10{,}000", "10,000"),
        (r"v_1 = 1 + \mu + \mu^2 + …", "v₁ = 1 + μ + μ² + …"),
    ],
)
def test_a_formula_is_one_line_of_unicode(tex: str, shown: str) -> None:
    assert unicode_math(tex) == shown


@pytest.mark.parametrize(
    "tex",
    [r"\unknown{x}", r"\underbrace{a}_{b}", r"\phantom{x}", r"\overset{!}{=}", "{" * 200, r"\frac{" * 100, "x" * 5000],
)
def test_what_has_no_such_form_is_left_as_tex(tex: str) -> None:
    assert unicode_math(tex) is None
