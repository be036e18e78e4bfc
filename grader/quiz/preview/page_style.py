"""How previews look: as questions do, and the key set apart from them."""

from __future__ import annotations

from grader.quiz.rendering.question_style import QUESTION_STYLE

_RULES = """
body{max-width:76rem}
header .secret{margin-top:.9rem;padding:.6rem .9rem;border:2px solid var(--odd);border-radius:.5rem;color:var(--odd);
font-weight:600}
header .said{margin-top:.75rem}
nav ol{margin:0;padding-inline-start:1.6rem;columns:15rem;column-gap:1.5rem}
nav li{break-inside:avoid;overflow-wrap:anywhere}
nav li .quiet{font-size:.8125rem}
.previewed{border-top:1px solid var(--line);margin-top:2.25rem}
.previewed>h2{margin-bottom:.2rem;overflow-wrap:anywhere}
.previewed>h2+p+*{margin-top:.9rem}
.framed{border:1px solid var(--line);border-radius:.6rem;margin-top:.6rem}
.framed table{border:0;border-radius:0}
.framed thead tr:first-child th{border-top:0}
.framed:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
.framed thead th{white-space:nowrap}
.framed td,.framed th{padding:.35rem .65rem}
tbody th[scope=row]{white-space:nowrap;font-variant-numeric:tabular-nums}
td.quiet{font-size:.8125rem}
td.mono{overflow-wrap:anywhere;min-width:6rem}
td.short{white-space:nowrap;min-width:0}
td.right{min-width:9rem}
td.known{min-width:13rem}
.failed{margin-top:.75rem;padding:.7rem .9rem;border:1px solid var(--bad);border-radius:.5rem;overflow-wrap:anywhere}
.failed .bad{font-weight:600}
.variant{margin-top:.9rem}
details.variant{border:1px solid var(--line);border-radius:.6rem;padding:.55rem .9rem}
details.variant[open]{padding-bottom:.9rem}
details.variant>summary+*{margin-top:.7rem}
summary .quiet{font-weight:400}
.beside{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(24rem,100%),1fr));gap:.9rem}
.beside form{background:var(--card);border:1px solid var(--line);border-radius:.6rem;padding:1rem 1.15rem;min-width:0}
.key{margin-top:.9rem;border-inline-start:3px solid var(--odd);padding-inline-start:.9rem}
.key h3{font-size:.9375rem;color:var(--odd)}
.key td{vertical-align:top}
.key td.given{min-width:10rem;overflow-wrap:anywhere}
.key td.given ol{margin:0;padding-inline-start:1.6rem}
.mark{font-weight:700}
.other{display:block;font-size:.875rem;padding-inline-start:1.1rem}
.said+.said{margin-top:.3rem;color:var(--quiet)}
dl .said{white-space:normal}
@media (max-width:34rem){
.key table,.key tbody,.key tr,.key td{display:block}
.key thead{display:none}
.key tr{padding:.35rem .65rem;border-top:1px solid var(--line)}
.key tr:first-child{border-top:0}
.key td{border:0;padding:.1rem 0}
.key td:empty{display:none}
.key td.given{min-width:0}
}
@media print{
body{font-size:9.5pt}
.previewed{break-inside:auto}
.beside form,.framed,details.variant{border-color:#bbb}
nav{display:none}
}
""".strip()

PREVIEW_STYLE = f"{QUESTION_STYLE}{_RULES}\n"
