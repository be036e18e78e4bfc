"""How questions look on a page: rules that go on from the style sheet of all pages, with its colors."""

from __future__ import annotations

from grader.pages.style import STYLE

# What code is colored with, on its ground: 4.5 : 1 at least (a test computes it).
CODE_PAIRS = tuple((ink, "sunken") for ink in ("odd", "accent", "good", "warn", "quiet"))

_RULES = """
.question>*+*,.part>*+*{margin-top:.85rem}
.text p+p,.text ul,.text ol,.text pre,.text table,.text blockquote,.text .formula,
.said p+p,.said pre,.said ul,.said ol,.said table{margin-top:.6rem}
.text,.said,.option label,.row label,.letters li{overflow-wrap:anywhere}
.text ul,.text ol,.said ul,.said ol{padding-inline-start:1.4rem}
.text table,.said table{width:auto;max-width:100%}
.text blockquote,.said blockquote{margin:.6rem 0 0;padding-inline-start:.9rem;border-inline-start:3px solid var(--line)}
.question pre,.said pre{overflow-wrap:normal}
.to-left{text-align:left}.to-right{text-align:right}.to-center{text-align:center}
math{font-size:1.08em;font-family:"Latin Modern Math","STIX Two Math","Cambria Math","Noto Sans Math",math}
.formula{display:block;overflow-x:auto;overflow-y:hidden;padding:.15rem 0}
mtd.to-left{text-align:left}mtd.to-right{text-align:right}
.nobreak{white-space:nowrap}
code.tex{color:var(--quiet)}
code.lines{display:block;white-space:pre;overflow-x:auto;padding:.45rem .6rem;line-height:1.5}
code .k{color:var(--odd)}code .b,code .f{color:var(--accent)}code .s{color:var(--good)}code .n{color:var(--warn)}
code .c{color:var(--quiet);font-style:italic}
fieldset{border:0;padding:0;margin-inline:0;min-width:0}
legend,.fields>label{padding:0;color:var(--quiet);font-size:.9375rem;font-weight:600}
.fields>label{display:block}
.fields>label+div,legend+*{margin-top:.35rem}
.option{display:flex;align-items:baseline;gap:.6rem;padding:.4rem .65rem;border:1px solid var(--line);
border-radius:.45rem;background:var(--card)}
.option+.option{margin-top:.4rem}
.option label{flex:1;min-width:0;cursor:pointer}
.option input{flex:none;width:1.05rem;height:1.05rem;margin:0;accent-color:var(--accent);transform:translateY(.15rem)}
.option:has(input:checked){border-color:var(--accent);background:var(--cause)}
.row{display:grid;grid-template-columns:minmax(0,1fr) auto;gap:.4rem .9rem;align-items:center;padding:.4rem 0}
.row+.row{border-top:1px solid var(--line)}
.letters{list-style:none;padding:0;margin-bottom:.6rem}
.letters li{display:flex;gap:.6rem;align-items:baseline;padding:.2rem 0}
.letters li>span:last-child{min-width:0}
.letter{font-weight:650;min-width:1.1rem}
input[type=text],textarea,select{font:inherit;color:var(--text);background:var(--card);border:1px solid var(--quiet);
border-radius:.4rem;padding:.35rem .55rem;max-width:100%}
input.mono,textarea.mono{font-family:ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono","Noto Sans Mono CJK SC",
monospace;font-size:.9375rem}
.fields input[type=text]{width:18rem}
.fields.expression input[type=text]{width:28rem}
.fields td input[type=text]{width:5.5rem}
textarea{width:100%;resize:vertical;display:block}
.fields table{width:auto}.fields td{padding:.2rem;border:0}.fields table{border:0;background:none}
input:focus-visible,textarea:focus-visible,select:focus-visible{outline:2px solid var(--accent);outline-offset:1px}
.unit{margin-inline-start:.6rem;color:var(--quiet)}
.part{border:1px solid var(--line);border-radius:.5rem;padding:.5rem .9rem .8rem}
.part>legend{padding:0 .4rem;margin-inline-start:-.4rem;font-weight:650;color:var(--text)}
.part>legend+*{margin-top:.1rem}
.terms{color:var(--quiet);font-size:.8125rem}
.heard{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.scroll{overflow-x:auto}
@media (max-width:34rem){
.row{grid-template-columns:minmax(0,1fr)}
.row select{justify-self:start}
}
@media print{
.option,.part{break-inside:avoid;border-color:#bbb}
code.lines{white-space:pre-wrap;overflow-wrap:anywhere}
}
""".strip()

QUESTION_STYLE = f"{STYLE}{_RULES}\n"
