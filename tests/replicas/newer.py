"""Be a command of a newer version, with one more migration: `python -m tests.replicas.newer FOLDER MODULE ARGUMENTS`."""

import runpy
import sys
from pathlib import Path

from careplus_cli import database
from careplus_tables import migrate


def main(folder: Path, module: str, *arguments: str) -> None:
    migrate.MIGRATIONS = folder
    newest = max(file.stem[:4] for file in (folder / "versions").glob("[0-9]*.py"))
    for copy in (migrate, database):
        vars(copy)["HEAD"] = newest
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
