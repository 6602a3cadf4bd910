"""`make failover`: every fault under both sets of settings, in the same run, as a table, a plot and numbers."""
