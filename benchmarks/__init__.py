"""How fast, against what: `make bench`. Ratios in one run on one database; absolute times are only context."""
