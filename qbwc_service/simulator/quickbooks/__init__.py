"""A simulated QuickBooks: the program, the company file it has open, and somebody who works in it."""
