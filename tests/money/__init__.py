"""Money on three sides: what documents say, what the mirror has, what stands in the books."""
