"""Generator of fictional loan documents with their truth."""
