"""Sharing an award with one's team. Pages over the operations of `awards`."""
