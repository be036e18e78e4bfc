"""The plan of a quiz: when it is open, when what is shown, how often is answered, which topics there are."""

from __future__ import annotations

from collections.abc import Iterator

from grader.quiz.linting.findings import Finding
from grader.quiz.linting.subject import Placed, Subject
from grader.quiz.model import QuestionType, When
from grader.records import Severity, Text

_REVEALED = {"score": Text(en="the score", zh="分数"), "answers": Text(en="the answers", zh="答案")}


def of_plan(subject: Subject) -> Iterator[Finding]:
    """Yield what is wrong with the plan of a quiz."""
    yield from _never_shown(subject)
    yield from _shown_too_early(subject)
    yield from _score_waits(subject)
    for placed in subject.everything:
        yield from _of_tries(subject, placed)
    yield from _of_topics(subject)


def _never_shown(subject: Subject) -> Iterator[Finding]:
    quiz = subject.quiz
    if quiz.closes is not None:
        return
    for name, when in (("score", quiz.reveal.score), ("answers", quiz.reveal.answers)):
        if when is When.AFTER_CLOSE:
            what = _REVEALED[name]
            problem = Text(
                en=f"{what.en} would be shown after the quiz closes, but it has no `closes`: they are never shown"
                if name == "answers"
                else f"{what.en} would be shown after the quiz closes, but it has no `closes`: it is never shown",
                zh=f"{what.zh}要等测验关闭后才显示，但没有写 closes，因此永远不会显示",
            )
            remedy = Text(
                en=f"Add `closes`, or write reveal: {{{name}: after-submit}}.",
                zh=f"请加上 closes，或写 reveal: {{{name}: after-submit}}。",
            )
            yield subject.find("plan.never-shown", Severity.WARNING, ("reveal", name), problem, remedy)
    for placed in subject.everything:
        if placed.question.rules.feedback is When.AFTER_CLOSE:
            problem = Text(
                en="its feedback comes after the quiz closes, but the quiz has no `closes`: it is never given, and the "
                "score, which would tell it, is never shown",
                zh="它的反馈要等测验关闭后才给出，但没有写 closes，因此永远不会给出；会透露它的分数也不会显示",
            )
            remedy = Text(
                en="Add `closes`, or write feedback: after-submit.", zh="请加上 closes，或写 feedback: after-submit。"
            )
            path = (*placed.path, "feedback")
            yield subject.find("plan.never-shown", Severity.WARNING, path, problem, remedy, question=placed.label)


def _shown_too_early(subject: Subject) -> Iterator[Finding]:
    quiz = subject.quiz
    answers = quiz.reveal.answers
    if quiz.closes is not None and answers in (When.AFTER_ATTEMPT, When.AFTER_SUBMIT):
        problem = Text(
            en=f"the answers are shown {answers.value}, while others can still take the quiz until it closes",
            zh=f"答案在 {answers.value} 时就显示，而在测验关闭之前其他人仍可作答",
        )
        remedy = Text(en="Write reveal: {answers: after-close}.", zh="请写 reveal: {answers: after-close}。")
        yield subject.find("plan.answers-early", Severity.WARNING, ("reveal", "answers"), problem, remedy)
    if answers is not When.AFTER_ATTEMPT:
        return
    for placed in subject.wholes:
        tries = placed.question.rules.attempts
        if tries == 1:
            continue
        problem = Text(
            en="its answer is shown after the first try, and there are tries left to type it in",
            zh="第一次作答后就会显示答案，而此时还有剩余次数可以照抄",
        )
        remedy = Text(
            en="Write reveal: {answers: after-submit}, or attempts: 1.",
            zh="请写 reveal: {answers: after-submit}，或 attempts: 1。",
        )
        path = (*placed.path, "attempts")
        yield subject.find("plan.answers-early", Severity.ERROR, path, problem, remedy, question=placed.label)


def _score_waits(subject: Subject) -> Iterator[Finding]:
    """Yield that the score is held back, as its sum would tell a verdict before its time: worst where one can retry."""
    quiz = subject.quiz
    order = tuple(When)
    for placed in subject.wholes:
        feedback = placed.question.rules.feedback
        if order.index(min(feedback, When.AFTER_CLOSE, key=order.index)) <= order.index(quiz.reveal.score):
            continue
        if feedback is When.AFTER_CLOSE and quiz.closes is None:
            continue  # `_never_shown` says so
        until = _UNTIL[feedback] if feedback is When.AFTER_SUBMIT or quiz.closes is not None else _NO_CLOSE
        label = placed.label
        shown, later = quiz.reveal.score.value, feedback.value
        problem = Text(
            en=f"the score is to be shown {shown}, but it would tell what the feedback of {label} does not say by then "
            f"({later}): it is {until.en}",
            zh=f"分数设为 {shown} 显示，但它会透露 {label} 尚未给出的反馈（{later}），因此{until.zh}",
        )
        remedy = Text(
            en="Write reveal: {score: after-close}, or an earlier feedback.",
            zh="请写 reveal: {score: after-close}，或提前反馈。",
        )
        is_once = quiz.retakes == 0 and until is not _NO_CLOSE
        severity = Severity.NOTE if is_once else Severity.WARNING
        path = (*placed.path, "feedback")
        yield subject.find("plan.score-waits", severity, path, problem, remedy, question=label)


_UNTIL = {
    When.AFTER_SUBMIT: Text(en="held back until an attempt is handed in", zh="要等交卷后才显示"),
    When.AFTER_CLOSE: Text(en="held back until it closes", zh="要等测验关闭后才显示"),
    When.NEVER: Text(en="held back until it closes", zh="要等测验关闭后才显示"),
}
_NO_CLOSE = Text(en="never shown, as the quiz has no `closes`", zh="永远不会显示，因为没有写 closes")


def _of_tries(subject: Subject, placed: Placed) -> Iterator[Finding]:
    question, rules = placed.question, placed.question.rules
    written = subject.tree.places.keys()
    if rules.attempts == 1 and rules.penalty and (*placed.path, "penalty") in written:
        problem = Text(
            en="it has a penalty for wrong tries, but one try only: nothing is ever taken off",
            zh="设了答错扣分，但只有一次机会，扣分永远不会生效",
        )
        remedy = Text(en="Allow more attempts, or remove the penalty.", zh="请增加次数，或去掉扣分。")
        path = (*placed.path, "penalty")
        yield subject.find("plan.idle-penalty", Severity.NOTE, path, problem, remedy, question=placed.label)
    options = question.pick or len(question.options)
    if question.type is not QuestionType.CHOICE or rules.penalty or rules.feedback is not When.AFTER_ATTEMPT:
        return
    if options and (rules.attempts is None or rules.attempts >= options):
        problem = Text(
            en=f"it has {options} options and as many tries without a penalty: who tries all earns all points",
            zh=f"共有 {options} 个选项，可试的次数不少于此且不扣分：逐个去试就能得满分",
        )
        remedy = Text(en="Give it a penalty, or fewer attempts.", zh="请设置扣分，或减少次数。")
        path = (*placed.path, "attempts")
        yield subject.find("plan.free-guesses", Severity.WARNING, path, problem, remedy, question=placed.label)


def _of_topics(subject: Subject) -> Iterator[Finding]:
    used = {topic for placed in subject.everything for topic in placed.question.topics}
    for topic in subject.quiz.topics:
        path = ("topics", topic.id)
        if topic.id not in used:
            problem = Text(en=f"no question is about the topic {topic.id}", zh=f"没有题目属于主题 {topic.id}")
            remedy = Text(en="Name it in a question's `topics`, or remove it.", zh="请在题目的 topics 中引用，或删去。")
            yield subject.find("topic.unused", Severity.WARNING, path, problem, remedy)
        elif topic.read is None:
            problem = Text(
                en=f"the topic {topic.id} says nothing of what to read again",
                zh=f"主题 {topic.id} 没有写要重读什么",
            )
            remedy = Text(en="Add `read`: the summary shows it.", zh="请加上 read：总结时会显示。")
            yield subject.find("topic.no-reading", Severity.NOTE, path, problem, remedy)
    if not subject.quiz.topics:
        return
    for placed in subject.wholes:
        if not placed.question.topics and not all(part.question.topics for part in placed.asked):
            problem = Text(en="it has no topic, though the quiz has some", zh="测验有主题，而它没有")
            remedy = Text(en="Add `topics`: the summary goes by them.", zh="请加上 topics：总结按主题列出。")
            yield subject.find("topic.none", Severity.NOTE, placed.path, problem, remedy, question=placed.label)
