"""The manifests of deploy/kubernetes: parsed, and built where kustomize or kubectl is installed."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parents[2] / "deploy" / "kubernetes"
BASE = FOLDER / "hospital"
OVERLAYS = sorted(path.name for path in (FOLDER / "overlays").iterdir())
Manifest = dict[str, Any]


def documents(path: Path) -> list[Manifest]:
    """Return the documents of a YAML file."""
    return list(yaml.safe_load_all(path.read_text()))


def builder() -> list[str] | None:
    """Return the command that builds a folder, None where no tool is installed."""
    for command in (["kustomize", "build"], ["kubectl", "kustomize"]):
        if shutil.which(command[0]):
            return command
    return None


def built(overlay: str) -> list[Manifest]:
    """Build an overlay."""
    command = builder()
    assert command is not None
    done = subprocess.run([*command, FOLDER / "overlays" / overlay], capture_output=True, text=True, timeout=60, check=False)
    # kustomize warns of fields that are deprecated
    assert (done.returncode, done.stderr) == (0, "")
    return list(yaml.safe_load_all(done.stdout))


def of_kind(manifests: list[Manifest], *kinds: str) -> dict[str, Manifest]:
    """Return the manifests of some kinds by name."""
    return {one["metadata"]["name"]: one for one in manifests if one["kind"] in kinds}


def pod(manifest: Manifest) -> Manifest:
    """Return the pod of a Deployment or a Job."""
    spec: Manifest = manifest["spec"]["template"]["spec"]
    return spec


def container(manifest: Manifest) -> Manifest:
    """Return the one container of a Deployment or a Job."""
    [only] = pod(manifest)["containers"]
    return dict(only)
