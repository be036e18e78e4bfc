"""Hands in modules that bear the names of libraries and of hooks of the interpreter."""
# /// attack
# class = 25
# goal = "have its modules imported in place of libraries"
# gain = "effect"
# kind = "build"
# outcome = "failed"
# naive = true
# ///

MARK = 'open("@OUTSIDE@/" + __name__.replace(".", "_"), "w").write("was imported")\n'
NAMES = ("torch", "pytest", "sitecustomize", "usercustomize", "json", "py_compile", "reference", "msgspec", "conftest", "test_hidden")


def build(folder):
    for name in NAMES:
        (folder / f"{name}.py").write_text(MARK)
    for package in ("numpy", "grader", "_pytest"):
        (folder / package).mkdir()
        (folder / package / "__init__.py").write_text(MARK)
    (folder / "pytest_evil.pth").write_text("import os; " + MARK)
    (folder / "work.py").write_text("def standardise(x):\n    return x\n")
    return folder
