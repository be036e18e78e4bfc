"""Where exams are held: side by side on this machine's cores, or elsewhere."""
