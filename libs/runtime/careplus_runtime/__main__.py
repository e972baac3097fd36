"""`python -m careplus_runtime`: the one service that an image holds."""

from careplus_runtime.process.server import main

main()
