# What Otter Assign makes of question 1, in doctest form.
OK_FORMAT = True

test = {
    "name": "q1",
    "points": 3,
    "suites": [
        {
            "cases": [
                {"code": ">>> mean.tolist()\n[2.0, 5.0]", "hidden": False, "locked": False, "points": 1},
                {
                    "code": ">>> np.random.seed(1)\n>>> x = np.random.randn(4, 4)\n"
                    ">>> np.allclose(fit(x)[1], np.std(x, 0))\nTrue",
                    "hidden": True,
                    "locked": False,
                    "points": 2,
                },
            ],
            "scored": True,
            "setup": "",
            "teardown": "",
            "type": "doctest",
        }
    ],
}
