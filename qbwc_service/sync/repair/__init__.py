"""What people do about problems and documents: each action checked, kept on record, and taken back where it can be."""
