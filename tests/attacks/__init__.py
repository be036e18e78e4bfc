"""The attack suite: what people try on graders, run against dlgrade and against a naive grader. See README.md here."""
