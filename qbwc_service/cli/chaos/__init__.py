"""``qbwc-service simulate --chaos``: many documents, a fault on every tenth exchange, and honest books at the end."""
