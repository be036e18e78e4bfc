"""Texts of authors who want more than to be read: of a page, of a terminal, of another system."""

from __future__ import annotations

HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[a](javascript:alert(1))",
    "[a](JaVaScRiPt&colon;alert(1))",
    "[a](data:text/html,<script>alert(1)</script>)",
    "[a](vbscript:x) [b](file:///etc/passwd) [c](//evil.example) [d](/login)",
    "<javascript:alert(1)> <a href=x onclick=alert(1)>x</a>",
    '[a](http://x.example "\\" onmouseover=\\"alert(1)")',
    "![a](http://tracker.example/x.png) ![b](data:image/png;base64,AAAA)",
    "[a]: javascript:alert(1)\n\n[a]",
    '```"><script>alert(1)</script>\nx\n```',
    "`</code><script>alert(1)</script>`",
    "$\\text{<img src=x onerror=alert(1)>}$",
    "$\\href{javascript:alert(1)}{x}$",
    "$\\includegraphics{http://tracker.example/x}$",
    "$\\class{a}{x} \\style{color:red}{y} \\cssId{a}{x}$",
    "$\\require{html} \\htmlData{a=b}{x}$",
    "$$</math><script>alert(1)</script>$$",
    "$x \\) <script>alert(1)</script> \\( y$",
    "$\\newcommand{\\x}{\\x\\x}\\x$ $\\def\\x{\\x}\\x$",
    "| <b>a</b> | b |\n|:--|--:|\n| $\\href{x}{y}$ | <i>c</i> |",
    "\x1b[31mred\x1b[0m \u202eright to left\u2066 &#x202e; &rlm; &#27;",
)
