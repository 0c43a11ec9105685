"""Reports: what stands in one, who gets them, and the one-time links by which they are fetched."""
