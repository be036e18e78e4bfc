"""Where attempts at quizzes are kept: `open_store` gives a `Store`. Only here is SQL.

What is done in a transaction is in modules by what they keep: `quizzes`, `attempts`, `answers`, `grants`, `regrades`,
`practice`. A further table goes into `tables` or `practice_tables`, and into a further revision in
`migrations/versions` that `tables.SCHEMA` then names.
"""

from grader.store.faults import StoreUnavailable
from grader.store.opening import open_store
from grader.store.place import course_key
from grader.store.store import Store, Transaction

__all__ = ["Store", "StoreUnavailable", "Transaction", "course_key", "open_store"]
