"""One module per outside source: the only code that reads outside files or asks other hosts."""
