"""The HTML of a mail, made from its plain text: paragraphs, and lines that are an address as links. It loads nothing."""

from html import escape

from careplus_contracts.values import PortalLanguage

PAGE = """<!doctype html>
<html lang="{language}">
<head><meta charset="utf-8"><title>{subject}</title></head>
<body style="font-family: sans-serif; line-height: 1.5; max-width: 40em; margin: 0 auto; padding: 1em">
<p style="font-size: 1.2em; font-weight: bold">{hospital}</p>
{paragraphs}
</body>
</html>
"""


def to_html(hospital: str, subject: str, text: str, language: PortalLanguage) -> str:
    """Return the page; all words are escaped."""
    paragraphs = "\n".join(f"<p>{_lines(one)}</p>" for one in text.strip().split("\n\n") if one.strip())
    return PAGE.format(language=language.value, subject=escape(subject), hospital=escape(hospital), paragraphs=paragraphs)


def _lines(paragraph: str) -> str:
    return "<br>\n".join(_link(line) if _is_address(line) else escape(line) for line in paragraph.strip().splitlines())


def _is_address(line: str) -> bool:
    return line.startswith(("https://", "http://")) and " " not in line


def _link(address: str) -> str:
    return f'<a href="{escape(address)}">{escape(address)}</a>'
