"""`qonys backup` and `qonys restore`: all four databases and the papers, of one moment."""
