"""From the draft to the opening: writing, checking, the consultants' review, funding, publishing. Pages over the challenges' operations."""
