"""`python -m grader` is `dlgrade`."""

import sys

from grader.cli import main

sys.exit(main())
