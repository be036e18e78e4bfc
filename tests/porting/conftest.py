"""What lies beside are examples, before and after: their tests are no tests of ours."""

collect_ignore = ["before", "course"]
