"""`dlgrade quiz` and its commands: `group` leads to each of them."""
