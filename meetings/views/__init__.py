"""Pages about meetings: a file for each part of a meeting's life."""
