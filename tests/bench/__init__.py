"""How fast the kernel is: run by `make bench`."""
