"""How the pages of a class look: the report's style sheet, so that all pages are of one family, and their own rules."""

from __future__ import annotations

from grader.pages.style import STYLE

_RULES = """
body{max-width:68rem}
h3{margin:1.6rem 0 .6rem}
h3:first-child{margin-top:0}
nav ul,.facts{list-style:none;padding:0;margin:.5rem 0 0;display:flex;flex-wrap:wrap;gap:.25rem 1.1rem}
.facts li{white-space:nowrap}
.big{font-size:1.35rem;font-weight:650;font-variant-numeric:tabular-nums}
section.alert{border:2px solid var(--odd)}
.alert h2{margin:0 0 .6rem;color:var(--odd)}
.alert p+.scroll{margin-top:.8rem}
.panel{background:var(--card);border:1px solid var(--line);border-radius:.6rem;padding:1.1rem 1.25rem;margin-top:1rem}
.panel figure{margin-top:.4rem}
.scroll{overflow-x:auto;border:1px solid var(--line);border-radius:.6rem}
.scroll:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
.scroll table{border:0;border-radius:0}
tbody th[scope=row]{overflow-wrap:anywhere;min-width:9rem}
td.words{min-width:13rem;overflow-wrap:anywhere}
td.wide{min-width:9rem}
.rated{display:flex;align-items:center;gap:.6rem}
.rated .quiet{white-space:nowrap;font-variant-numeric:tabular-nums;min-width:3.2rem}
svg.rate{display:block;flex:1 1 auto;min-width:4rem;max-width:12rem;height:.6rem}
svg.spark{display:block;width:100%;max-width:16rem;height:3rem}
svg .track{fill:var(--sunken);stroke:var(--line)}
svg .fill{fill:var(--accent)}
svg .middle{fill:var(--got)}
svg .count{fill:var(--text)}
.matrix{width:fit-content;max-width:100%}
.matrix table,.matrix .number{width:auto}
.matrix td,.matrix thead th{text-align:center;padding:.2rem .35rem;min-width:1.9rem;font-variant-numeric:tabular-nums}
.matrix thead th:first-child,.matrix tbody th{text-align:start;padding:.2rem .75rem;min-width:0;white-space:nowrap}
.matrix tbody th{position:sticky;left:0;background:var(--card);max-width:16rem;overflow:hidden;text-overflow:ellipsis}
.matrix td.number{text-align:end;padding-inline:.5rem .75rem}
.matrix td.pass{background:color-mix(in srgb,var(--good) 13%,var(--card));color:var(--good)}
.matrix td.miss{background:color-mix(in srgb,var(--bad) 13%,var(--card));color:var(--bad)}
.matrix td.wait{color:var(--quiet)}
.students th:first-child{position:sticky;left:0;min-width:8rem}
.students tbody th{background:var(--card)}
.overview td,.overview tbody th{vertical-align:middle}
.tall{max-height:max(34rem,85vh);overflow:auto}
.scrolls{margin-bottom:.5rem}
.tall table{overflow:visible}
.tall thead th{position:sticky;top:0;z-index:2}
.students.tall thead th:first-child,.matrix.tall thead th:first-child{z-index:3;left:0}
.said{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.matrix td,.matrix th{position:relative}
.matrix tbody th{position:sticky}
.tag{font-size:.875rem;white-space:nowrap;margin-inline-end:.35rem}
.key{display:flex;flex-wrap:wrap;gap:.2rem 1rem;list-style:none;padding:0;margin-top:.5rem}
.after{margin-top:.5rem}
.pages{margin-bottom:.75rem}
@media (min-width:48rem){
.students tbody th .quiet{display:inline}
.students tbody th .quiet::before{content:" "}
}
@media (max-width:34rem){
.matrix tbody th{max-width:7.5rem;padding-inline:.5rem}
.panel{padding:.9rem}
tbody th[scope=row]{min-width:6.5rem}
td.words{min-width:6.5rem}
.students .tag{white-space:normal}
td.wide{min-width:4.5rem}
.rated{flex-direction:column-reverse;align-items:stretch;gap:.2rem}
.rated svg.rate{flex:none;min-width:0;width:100%}
.panel td.words{min-width:9rem}
}
@media print{
.scroll{overflow:visible;max-height:none;border-color:#bbb}
.tall thead th{position:static}
main{font-size:8.5pt}
.panel figure>svg{max-width:18rem}
th,td,.matrix td,.matrix thead th,.matrix tbody th{padding:.1rem .4rem}
.students .quiet{display:inline}
.students tbody th .quiet::before{content:" "}
.scrolls{display:none}
.quiet,.tag{font-size:1em}
.matrix.tall{font-size:7pt;line-height:1.25}
details{display:none}
.panel{border-color:#bbb}
.matrix td.pass,.matrix td.miss{print-color-adjust:exact;-webkit-print-color-adjust:exact}
}
""".strip()

CLASS_STYLE = f"{STYLE}{_RULES}\n"
