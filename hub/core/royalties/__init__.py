"""Shares of what is sold: bands from a day on, marginal; and royalties that fall due."""
