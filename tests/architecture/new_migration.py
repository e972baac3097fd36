"""Write the migration from the newest revision to the models: `make migration NAME=add_something`."""

import re
import subprocess
import sys
import tempfile
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.operations.ops import MigrationScript
from alembic.runtime.migration import MigrationContext

from careplus_tables.engine import sync_engine
from careplus_tables.migrate import HEAD, MIGRATIONS, upgrade

BIN = Path(sys.executable).parent
ADDED_WITHOUT_DEFAULT = re.compile(r"add_column\((?!.*server_default).*nullable=False")
VERSIONS = MIGRATIONS / "versions"


def write(name: str, versions: Path = VERSIONS) -> Path | None:
    """Write the file with the next number into a folder, formatted, and return its path; None without a difference."""
    written: list[MigrationScript] = []

    def keep_difference(_: MigrationContext, __: object, scripts: list[MigrationScript]) -> None:
        if scripts[0].upgrade_ops is None or scripts[0].upgrade_ops.is_empty():
            scripts.clear()
        written.extend(scripts)

    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/careplus.db"
        upgrade(url)
        engine = sync_engine(url)
        with engine.connect() as connection, redirect_stdout(StringIO()):
            config = Config()
            config.set_main_option("script_location", str(MIGRATIONS))
            config.set_main_option("version_locations", " ".join({str(VERSIONS), str(versions)}))
            config.set_main_option("path_separator", "space")
            config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
            config.attributes["connection"] = connection
            command.revision(
                config,
                message=name.replace("_", " ").capitalize(),
                autogenerate=True,
                rev_id=f"{int(HEAD) + 1:04}",
                version_path=str(versions),
                process_revision_directives=keep_difference,
            )
        engine.dispose()
    if not written:
        return None
    [path] = versions.glob(f"{int(HEAD) + 1:04}_*.py")
    tidy(path)
    return path


def tidy(path: Path) -> None:
    """Delete Alembic's comments and unused imports, and format the file as the others are."""
    text = path.read_text().replace("sqlmodel.sql.sqltypes.AutoString", "sqlmodel.AutoString")
    path.write_text(re.sub(r"^ +# ###.*\n", "", text, flags=re.MULTILINE))
    for arguments in (["check", "--fix", "--quiet"], ["format", "--quiet"]):
        subprocess.run([BIN / "ruff", *arguments, path], check=True)


def main(name: str) -> int:
    """Print the path of the new file; exit code 1 if the name is no identifier or there is no difference."""
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        sys.stderr.write("Give the migration a name of small letters: make migration NAME=add_something\n")
        return 1
    path = write(name)
    if path is None:
        sys.stderr.write("The models and the migrations do not differ.\n")
        return 1
    if ADDED_WITHOUT_DEFAULT.search(path.read_text()):
        sys.stderr.write("A new column that is not nullable needs a server_default for the rows that exist.\n")
    sys.stdout.write(f"{path.relative_to(Path.cwd())}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else ""))
