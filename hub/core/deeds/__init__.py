"""An agreement to hold in hand: what changed between its versions, its PDF with signatures, its file of evidence."""
