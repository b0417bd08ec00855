"""Which mode fits?"""
