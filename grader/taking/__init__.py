"""Taking a quiz: the rules of attempts, tries, time and what is shown when. `Desk` is the only way in for any UI."""
