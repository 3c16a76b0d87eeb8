"""Reports: one module a format. Each takes a ledger (or an explanation, or a comparison) and gives text."""
