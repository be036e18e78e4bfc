"""The whole folder is a link to that of the reference solution."""
# /// attack
# class = 61
# goal = "have the privileged grader fetch the solution by a link to its folder"
# gain = "score"
# kind = "build"
# outcome = "rejected"
# naive = true
# ///


def build(folder):
    (folder / "handed_in").symlink_to("@SOLUTIONS@", target_is_directory=True)
    return folder / "handed_in"
