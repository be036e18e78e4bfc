"""A source of ten megabytes, which takes a compiler many seconds and a gigabyte."""
# /// attack
# class = 85
# goal = "hold the process that reads the source"
# gain = "hang"
# kind = "build"
# outcome = "rejected"
# naive = true
# ///


def build(folder):
    (folder / "work.py").write_text("x = [\n" + "[], {}, (),\n" * 900_000 + "]\n")
    return folder / "work.py"
