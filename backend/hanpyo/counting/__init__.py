"""Counting methods and decision rules in exact arithmetic.

Every function here is pure: the same ballots, rules and tie-break give the same result on any
machine, in integers and `fractions.Fraction` alone. Options are numbered from 0 in the order of the
agenda (the number on the ballot less one). A tie is broken by a stated order and recorded in the
result, never drawn by lot.
"""
