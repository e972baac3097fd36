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

from careplus_contracts.refusals import SlotTaken, Unavailable
from careplus_contracts.registry import ENDPOINTS
from careplus_runtime.http.examples import refused
from tests.client.answering import REQUEST_ID, answering
from tests.client.test_refusals import prepared
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
    """Run a command in a folder without the PYTHON variables of the environment, and return its output; fail when it fails."""
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
    assert str(about.get_payload()).strip() == (PYTHON / "README.md").read_text(encoding="utf-8").strip()
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


@pytest.fixture(scope="module")
def npm_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an empty folder in which the npm package is installed."""
    npm, packages, folder = npm_command(), tmp_path_factory.mktemp("packages"), tmp_path_factory.mktemp("npm")
    assert npm is not None
    run(ROOT, sys.executable, "web/build.py", "client", environment={**os.environ, "PACKAGES": str(packages)})
    [package] = packages.glob("careplus-client-*.tgz")
    (folder / "package.json").write_text('{"type": "module", "private": true}')
    run(folder, *npm[0], "install", "--silent", "--no-audit", "--no-fund", str(package), environment=npm[1])
    return folder


def run_typescript(folder: Path, code: str) -> str:
    """Check the types of a program, run it, and return its output."""
    (folder / "program.ts").write_text(code, encoding="utf-8")
    strict = ["--strict", "--noUncheckedIndexedAccess", "--module", "nodenext", "--target", "es2023"]
    run(folder, str(node()), str(ROOT / "web/node_modules/typescript/bin/tsc"), *strict, "program.ts")
    return run(folder, str(node()), "program.js")


@npm_needed
def test_npm_package_in_empty_folder_books_a_visit(npm_folder: Path, hospital: Hospital, world: World) -> None:
    names = {path.name for path in (npm_folder / "node_modules" / "careplus-client").iterdir()}
    assert {"README.md", "LICENSE", "package.json", "index.js", "index.d.ts", "schema.d.ts"} == names
    assert BOOKED.fullmatch(run_typescript(npm_folder, example(TYPESCRIPT / "README.md", "ts", hospital)))


RENEWING = """
import { answer, connect } from "careplus-client";
const sent: string[] = [];
const [real, clock] = [globalThis.fetch, Date.now];
globalThis.fetch = (request) => (sent.push(new URL((request as Request).url).pathname), real(request));
const careplus = connect("http://localhost:5000");
await careplus.signIn("otto@example.org", "seven-quiet-herons");
Date.now = () => clock() + 595_000;
const both = await Promise.all([answer(careplus.GET("/auth/me")), answer(careplus.GET("/auth/me"))]);
console.log(both.map((account) => account.full_name).join());
await careplus.signOut();
console.log(sent.join());
"""


@npm_needed
def test_npm_package_renews_the_token_once(npm_folder: Path, hospital: Hospital, world: World) -> None:
    printed = run_typescript(npm_folder, RENEWING.replace("http://localhost:5000", hospital.url))
    assert printed == "Otto Brandt,Otto Brandt\n/auth/login,/auth/refresh,/auth/me,/auth/me,/auth/logout\n"


REPEATING = """
import { answer, connect, Refused } from "careplus-client";
const careplus = connect("http://localhost:5000");
const body = { doctor_id: 7, starts_at: "2030-01-07T09:00:00Z" };
const refused: unknown = await answer(careplus.POST("/api/appointments", { body })).catch((error: unknown) => error);
if (!(refused instanceof Refused) || refused.problem?.code !== "slot_taken") throw refused;
console.log(refused.problem.alternatives.join(), refused.problem.request_id);
"""


@npm_needed
def test_npm_package_repeats_a_post_with_one_key(npm_folder: Path) -> None:
    later = prepared(refused(Unavailable))
    later.headers["Retry-After"] = "0"
    with answering(later, later, prepared(refused(SlotTaken))) as server:
        printed = run_typescript(npm_folder, REPEATING.replace("http://localhost:5000", server.url))
    assert printed == f"2030-01-07T09:00:00Z {REQUEST_ID}\n"
    keys = [request["idempotency-key"] for request in server.requests]
    assert len(keys) == 3
    assert len(set(keys)) == 1


def test_packages_have_the_version_of_the_contracts() -> None:
    found = {
        re.findall(r'^version = "(.+)"$', (ROOT / "libs" / name / "pyproject.toml").read_text(), re.MULTILINE)[0]
        for name in ("contracts", "client")
    }
    assert found == {json.loads((TYPESCRIPT / "package.json").read_text())["version"]}
    assert all(f"-{version}" in (folder / "README.md").read_text() for folder in (PYTHON, TYPESCRIPT) for version in found)


def test_typescript_client_sends_keys_where_contracts_take_them() -> None:
    source = (TYPESCRIPT / "index.ts").read_text()
    listed = "".join(re.findall(r"const WITHOUT_(?:TOKEN|KEY) = (?:new Set\()?\[(.*?)\]", source, re.DOTALL))
    # a key with a computation is ignored
    keyless = [one for one in ENDPOINTS if one.method in {"POST", "PUT"} and not one.idempotent]
    without = {one.path for one in keyless if one.path.startswith("/auth/")}
    assert set(re.findall(r'"(.*?)"', listed)) == without
