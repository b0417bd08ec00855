"""Themes: a portal's colours, their contrast, and the stylesheet made of them."""
