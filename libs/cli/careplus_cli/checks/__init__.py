"""The checks of `careplus check`: each returns findings, and none changes anything."""
