"""A link of the right name, to the reference solution: whoever reads it with an instructor's rights grades that."""
# /// attack
# class = 61
# goal = "have the privileged grader fetch the solution by a link, and grade it as one's own"
# gain = "score"
# kind = "build"
# outcome = "rejected"
# naive = true
# ///


def build(folder):
    (folder / "handed_in").mkdir()
    (folder / "handed_in" / "work.py").symlink_to("@SOLUTIONS@/work.py")
    return folder / "handed_in"
