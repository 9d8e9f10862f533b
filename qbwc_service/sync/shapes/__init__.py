"""The shapes of the documents that a customer's program hands us (docs/documents.md)."""
