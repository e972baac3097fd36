"""The packages for other programs: built, installed into empty environments, and run with the code of their READMEs."""

import json
import os
import re
import subprocess
import sys
import venv
import zipfile
from email.parser import BytesParser
from pathlib import Path

import pytest

from careplus_contracts.registry import ENDPOINTS
from tests.hospital import Hospital
from tests.openapi.test_document import node
from tests.world import World
from web.build import npm_command

ROOT = Path(__file__).parents[2]
PYTHON, TYPESCRIPT = ROOT / "libs" / "client", ROOT / "web" / "client"
BOOKED = re.compile(r"booked CP-[0-9A-Z]{4}-[0-9A-Z]{4}\nbooked \d{4}-\d\d-\d\dT\S+ Dr Ama Osei\n")


def example(readme: Path, language: str, hospital: Hospital) -> str:
    """Return the README's quick start with the address of this hospital."""
    mark = r"<!-- tests/client/test_packages\.py runs this -->"
    [code] = re.findall(rf"^{mark}\n```{language}\n(.*?)^```$", readme.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    return str(code).replace("http://localhost:5000", hospital.url)


def run(folder: Path, *command: str, environment: dict[str, str] | None = None) -> str:
    """Run a command in a folder with nothing of this environment, and return its output; fail when it fails."""
    kept = {name: value for name, value in (environment or dict(os.environ)).items() if not name.startswith("PYTHON")}
    ran = subprocess.run(command, cwd=folder, env=kept, capture_output=True, text=True, timeout=240, check=False)
    assert ran.returncode == 0, f"{ran.stdout}\n{ran.stderr}"
    return ran.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check", "--no-deps", "--no-build-isolation"]
    run(folder, *pip, "--wheel-dir", str(folder), str(PYTHON))
    [built] = folder.glob("*.whl")
    return built


def test_wheel_has_contracts_readme_and_licence(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        [metadata] = [name for name in names if name.endswith(".dist-info/METADATA")]
        about = BytesParser().parsebytes(archive.read(metadata))
        [licence] = [name for name in names if name.endswith("/licenses/LICENSE")]
        assert archive.read(licence) == (ROOT / "LICENSE").read_bytes()
    contracts = {f"careplus_contracts/{path.name}" for path in (ROOT / "libs/contracts/careplus_contracts").glob("*.py")}
    assert contracts <= set(names)
    assert {name.partition("/")[0] for name in names} == {"careplus_client", "careplus_contracts", metadata.partition("/")[0]}
    assert about["Name"] == "careplus-client"
    assert (about["License-Expression"], about["Description-Content-Type"]) == ("MIT", "text/markdown")
    assert about.get_payload().strip() == (PYTHON / "README.md").read_text(encoding="utf-8").strip()
    assert sorted(name.partition(">")[0] for name in about.get_all("Requires-Dist", [])) == ["httpx<1,", "pydantic<3,"]


def test_wheel_in_empty_environment_books_a_visit(wheel: Path, hospital: Hospital, world: World, tmp_path: Path) -> None:
    venv.create(tmp_path / "empty", with_pip=True)
    python = str(tmp_path / "empty" / "bin" / "python")
    run(tmp_path, python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", str(wheel))
    installed = json.loads(run(tmp_path, python, "-m", "pip", "--disable-pip-version-check", "list", "--format", "json"))
    names = {package["name"] for package in installed}
    assert {"careplus-client", "httpx", "pydantic"} <= names
    assert not {"careplus-contracts", "fastapi", "sqlalchemy"} & names
    (tmp_path / "example.py").write_text(example(PYTHON / "README.md", "python", hospital), encoding="utf-8")
    assert BOOKED.fullmatch(run(tmp_path, python, "-W", "error", "example.py"))


npm_needed = pytest.mark.skipif(
    npm_command() is None or not (ROOT / "web" / "node_modules" / "typescript").exists(),
    reason="the portals' packages are not installed: run `make web`",
)


@npm_needed
def test_npm_package_in_empty_folder_books_a_visit(hospital: Hospital, world: World, tmp_path: Path) -> None:
    npm = npm_command()
    assert npm is not None
    packages, empty = tmp_path / "packages", tmp_path / "empty"
    empty.mkdir()
    run(ROOT, sys.executable, "web/build.py", "client", environment={**os.environ, "PACKAGES": str(packages)})
    [package] = packages.glob("careplus-client-*.tgz")
    (empty / "package.json").write_text('{"type": "module", "private": true}')
    run(empty, *npm[0], "install", "--silent", "--no-audit", "--no-fund", str(package), environment=npm[1])
    names = {path.name for path in (empty / "node_modules" / "careplus-client").iterdir()}
    assert {"README.md", "LICENSE", "package.json", "index.js", "index.d.ts", "schema.d.ts"} == names
    (empty / "example.ts").write_text(example(TYPESCRIPT / "README.md", "ts", hospital), encoding="utf-8")
    strict = ["--strict", "--noUncheckedIndexedAccess", "--module", "nodenext", "--target", "es2023"]
    run(empty, str(node()), str(ROOT / "web/node_modules/typescript/bin/tsc"), *strict, "example.ts")
    assert BOOKED.fullmatch(run(empty, str(node()), "example.js"))


def test_packages_have_the_version_of_the_contracts() -> None:
    found = {
        re.findall(r'^version = "(.+)"$', (ROOT / "libs" / name / "pyproject.toml").read_text(), re.MULTILINE)[0]
        for name in ("contracts", "client")
    }
    assert found == {json.loads((TYPESCRIPT / "package.json").read_text())["version"]}
    assert all(f"-{version}" in (folder / "README.md").read_text() for folder in (PYTHON, TYPESCRIPT) for version in found)


def test_typescript_client_sends_keys_where_contracts_take_them() -> None:
    [listed] = re.findall(r"const WITHOUT_KEY = new Set\(\[(.*?)\]\)", (TYPESCRIPT / "index.ts").read_text(), re.DOTALL)
    without = {one.path for one in ENDPOINTS if one.method in {"POST", "PUT"} and not one.idempotent}
    assert set(re.findall(r'"(.*?)"', listed)) == without
