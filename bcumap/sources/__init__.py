"""One module per outside source; the only code that reads outside files or speaks to other hosts."""
