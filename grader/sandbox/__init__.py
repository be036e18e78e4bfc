"""The boundary: the warm base, the jail, the child, and the wire between it and the examiner."""
