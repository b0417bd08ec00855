"""Certificates of records: statements signed by the site, printed, and checked by whoever is shown one."""
