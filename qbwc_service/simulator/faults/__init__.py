"""Faults on purpose: what breaks between a server and QuickBooks, by chance with a seed or at one exact instant."""
