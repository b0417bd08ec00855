"""Disputes: an appeal of a rejection, a non-payment or a verdict, step by step with clocks, a mediator, and money that moves once."""
