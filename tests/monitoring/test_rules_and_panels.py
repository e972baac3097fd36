"""Alert rules, dashboard and document name metrics that exist, with these labels."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from careplus_runtime.monitoring.catalogue import CATALOGUE

ROOT = Path(__file__).parents[2]
PROMETHEUS, DOCUMENT = ROOT / "deploy" / "prometheus", (ROOT / "docs" / "watching.md").read_text()
ADDED = {"job", "instance", "service"}
"""Labels that Prometheus adds: its own, and those of deploy/prometheus."""
OF_OTHERS = {"up": set[str](), "process_cpu_seconds_total": set[str](), "process_resident_memory_bytes": set[str]()}
"""Metrics of Prometheus and of its library."""
LABELS = {
    **OF_OTHERS,
    **{metric.name: {*metric.labels} for metric in CATALOGUE if metric.kind != "histogram"},
    **{f"{metric.name}_bucket": {*metric.labels, "le"} for metric in CATALOGUE if metric.kind == "histogram"},
}
NAME = re.compile(r"\b(up|(?:careplus|process)_[a-z_]+)\b")


def alerts() -> dict[str, Any]:
    """Return the alert rules by name."""
    (group,) = yaml.safe_load((PROMETHEUS / "alerts.yml").read_text())["groups"]
    return {rule["alert"]: rule for rule in group["rules"]}


def board_expressions() -> dict[str, str]:
    """Return the expressions of the dashboard by panel and letter."""
    board = json.loads((ROOT / "deploy" / "grafana" / "careplus.json").read_text())
    return {f"{panel['title']} {one['refId']}": one["expr"] for panel in board["panels"] for one in panel["targets"]}


EXPRESSIONS = {**board_expressions(), **{name: str(rule["expr"]) for name, rule in alerts().items()}}


def faults(expression: str) -> list[str]:
    """Return names of metrics and labels in an expression that no process shows."""
    names = NAME.findall(expression)
    if not names or (unknown := [name for name in names if name not in LABELS]):
        return unknown if names else ["no metric"]
    known = {label for name in names for label in LABELS[name]} | ADDED
    selected = re.findall(r"([a-z_]+)(?:=~|!=|!~|=)\"", expression)
    grouped = [label for group in re.findall(r"\bby \(([^)]*)\)", expression) for label in re.split(r",\s*", group)]
    return [label for label in [*selected, *grouped] if label not in known]


@pytest.mark.parametrize("expression", EXPRESSIONS.values(), ids=EXPRESSIONS)
def test_expression_uses_metrics_that_exist(expression: str) -> None:
    assert faults(expression) == []


@pytest.mark.parametrize(
    ("expression", "fault"),
    [
        ("rate(careplus_request_total[5m])", "careplus_request_total"),
        ('careplus_requests_total{code="5xx"}', "code"),
        ("sum by (operation, to) (careplus_requests_total)", "to"),
        ("careplus_request_duration_seconds", "careplus_request_duration_seconds"),
        ("vector(1)", "no metric"),
    ],
)
def test_wrong_expression_is_found(expression: str, fault: str) -> None:
    assert faults(expression) == [fault]


def test_every_metric_is_on_the_dashboard() -> None:
    shown = {name for expression in board_expressions().values() for name in NAME.findall(expression)}
    assert LABELS.keys() - shown == set()


def test_document_has_exactly_the_metrics() -> None:
    rows = re.findall(r"^\| `(careplus_\w+)` \| (\w+) \| ([\w, ]*?) ?\| (.+?) \| (\w+) \|", DOCUMENT, re.MULTILINE)
    described = [(name, kind, tuple(filter(None, labels.split(", "))), text) for name, kind, labels, text, _ in rows]
    assert sorted(described) == sorted((one.name, one.kind, one.labels, one.text) for one in CATALOGUE)
    for name, *_, unit in rows:
        assert unit == "seconds" or not name.endswith("_seconds"), name
        assert unit == "bytes" or not name.endswith("_bytes"), name


def test_document_says_what_to_do_at_each_alert() -> None:
    assert re.findall(r"^\| `([A-Z]\w+)` \| [^|]+ \| [^|]+ \|$", DOCUMENT, re.MULTILINE) == list(alerts())


def test_every_alert_has_a_rule_test() -> None:
    tested = set(re.findall(r"alertname: (\w+)", (PROMETHEUS / "alerts_test.yml").read_text()))
    assert tested == set(alerts())


@pytest.mark.skipif(shutil.which("promtool") is None, reason="needs promtool: apt-get install prometheus")
@pytest.mark.parametrize(
    "arguments",
    [
        "check rules alerts.yml",
        "check config prometheus.yml",
        "check config --syntax-only containers.yml",
        "check config --syntax-only containers-tls.yml",
        "test rules alerts_test.yml",
    ],
)
def test_promtool_accepts_the_files(arguments: str) -> None:
    done = subprocess.run(
        ["promtool", *arguments.split()], cwd=PROMETHEUS, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
