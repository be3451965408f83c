"""Servers side by side under one load: what scripts/bench runs.

A server is started, loaded, measured and ended by its process id; nothing else is touched. The
figures come from `dipole-bench load`; this package starts, orders and tabulates.
"""
