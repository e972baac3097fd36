"""Count indirect words in comments and docstrings; `make lint` fails above LIMIT per 1,000 words.

`python -m tests.architecture.plain_words [PATH ...]` prints the rate and, with paths, each comment that holds one.
"""

import ast
import io
import re
import subprocess
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

LIMIT = 2.5
INDIRECT = re.compile(
    r"\b(who|whoever|whom|whose|nobody|somebody|anybody|everybody|what|whatever|else|nothing|those)\b(?!-)", re.IGNORECASE
)
WORD = re.compile(r"[A-Za-z][A-Za-z'-]*")
CODE_SPAN = re.compile(r"``?[^`]*``?")
SCRIPT_COMMENT = re.compile(r"/\*.*?\*/|(?<![:\"'\w])//[^\n]*", re.DOTALL)


class Comment(NamedTuple):
    """A comment or docstring, without code between backticks."""

    path: str
    line: int
    text: str


def python_comments(path: Path) -> Iterator[Comment]:
    """Yield comments and strings that are statements: docstrings of modules, classes, functions and attributes."""
    source = path.read_text()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield Comment(str(path), token.start[0], token.string)
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield Comment(str(path), node.lineno, node.value.value)


def script_comments(path: Path) -> Iterator[Comment]:
    """Yield comments of TypeScript, JavaScript and CSS."""
    source = path.read_text()
    for found in SCRIPT_COMMENT.finditer(source):
        yield Comment(str(path), source.count("\n", 0, found.start()) + 1, found.group())


def tracked(paths: list[str]) -> list[Path]:
    """Return the files under version control below the paths, or in the whole repository without a path."""
    listing = subprocess.run(["git", "ls-files", "-z", "--", *paths], check=True, capture_output=True, text=True).stdout
    return [Path(name) for name in listing.split("\0") if name and Path(name).is_file()]


def comments(paths: list[str]) -> Iterator[Comment]:
    """Yield the comments and docstrings of Python, TypeScript, JavaScript and CSS files below the paths."""
    for path in tracked(paths):
        if path.suffix == ".py":
            yield from python_comments(path)
        elif path.suffix in {".ts", ".tsx", ".js", ".mjs", ".css"}:
            yield from script_comments(path)


def main(paths: list[str]) -> int:
    """Print the rate; exit code 1 above LIMIT."""
    words = indirect = 0
    for comment in comments(paths):
        prose = CODE_SPAN.sub(" ", comment.text)
        words += len(WORD.findall(prose))
        found = INDIRECT.findall(prose)
        indirect += len(found)
        if found and paths:
            sys.stdout.write(f"{comment.path}:{comment.line}: {' '.join(comment.text.split())[:200]}\n")
    rate = 1000 * indirect / words if words else 0.0
    sys.stdout.write(f"{indirect} indirect words in {words} words of comments: {rate:.1f} per 1,000 (limit {LIMIT})\n")
    return int(rate > LIMIT)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
