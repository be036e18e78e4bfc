"""How the HTML report looks: one palette for light and paper, one for dark, and the style sheet.

A test computes the contrast of every pair in `TEXT_PAIRS` and `MARK_PAIRS`, in both palettes.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from types import MappingProxyType

Palette = Mapping[str, str]

LIGHT: Palette = MappingProxyType(
    {
        "page": "#f6f7f9", "card": "#ffffff", "sunken": "#f1f3f6", "line": "#d5dae1",
        "text": "#1c2127", "quiet": "#535d69", "accent": "#17539b",
        "good": "#1b6b3a", "bad": "#b0261f", "warn": "#815000", "odd": "#7a2f8f",
        "cause": "#eef4fc",
        "got": "#b4540a", "want": "#1a6a72", "grid": "#d5dae1",
        "level1": "#f2b98b", "level2": "#e58a4d", "level3": "#c65423", "level4": "#8c1d12",
        "class0": "#dfe6f0", "class1": "#7aa6d8", "class2": "#f0c27a", "class3": "#9fcf9a", "class4": "#d39bc6",
        "class5": "#e9e08a", "class6": "#9adbdc", "class7": "#e59a8f", "class8": "#b9a9e0", "class9": "#c3c3b0",
        "onclass": "#1c2127",
    }
)  # fmt: skip
DARK: Palette = MappingProxyType(
    {
        "page": "#12151a", "card": "#1a1e25", "sunken": "#222832", "line": "#3a424e",
        "text": "#e7eaee", "quiet": "#a5afbc", "accent": "#8fc0ff",
        "good": "#7bd49a", "bad": "#ff958b", "warn": "#f0bd6a", "odd": "#dfa3ee",
        "cause": "#1c2a3d",
        "got": "#f29a52", "want": "#5cc4ce", "grid": "#3a424e",
        "level1": "#6b3a1c", "level2": "#a4552a", "level3": "#e07f43", "level4": "#ffc59a",
        "class0": "#2b3340", "class1": "#35679f", "class2": "#86601c", "class3": "#3c6f3d", "class4": "#7a4470",
        "class5": "#6f6a20", "class6": "#2f7072", "class7": "#8c443b", "class8": "#5c4e8a", "class9": "#5d5d4e",
        "onclass": "#f4f6f8",
    }
)  # fmt: skip

# What is read, on what it stands: 4.5 : 1 at least.
TEXT_PAIRS = (
    *((ink, ground) for ink in ("text", "quiet", "accent", "bad") for ground in ("page", "card", "sunken", "cause")),
    *((ink, ground) for ink in ("good", "warn", "odd") for ground in ("page", "card")),
    *((ink, "card") for ink in ("got", "want")),
    *(("onclass", f"class{label}") for label in range(10)),
)
# Lines and marks that mean something, on what they stand: 3 : 1 at least.
MARK_PAIRS = (("got", "card"), ("want", "card"), ("level3", "card"), ("level4", "card"), ("bad", "card"))

_RULES = """
*{box-sizing:border-box}
html{font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;background:var(--page);
color:var(--text);-webkit-text-size-adjust:100%}
html:lang(zh){font-family:system-ui,-apple-system,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC","Noto Sans SC",
sans-serif}
body{margin:0 auto;max-width:54rem;padding:2rem 1.25rem 3rem}
h1,h2,h3,p,dl,dd,figure,table,pre,ul{margin:0}
h1{font-size:1.6rem;line-height:1.25;letter-spacing:-.01em}
h2{font-size:1.15rem;margin:2.25rem 0 .75rem}
h3{font-size:1.05rem;line-height:1.4}
code,pre,.mono{font-family:ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono","Noto Sans Mono CJK SC",monospace;
font-size:.875em}
code{background:var(--sunken);border-radius:.25em;padding:.1em .3em}
pre code{background:none;padding:0;font-size:1em}
a{color:var(--accent);text-underline-offset:.15em}
a:focus-visible,summary:focus-visible,pre:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
.whole{white-space:nowrap}
.quiet,.place{color:var(--quiet)}
.quiet{font-size:.9375rem}
.good{color:var(--good)}.bad{color:var(--bad)}.warn{color:var(--warn)}.odd{color:var(--odd)}
.score{display:flex;flex-wrap:wrap;align-items:baseline;gap:.25rem .75rem;margin-top:1rem}
.points{font-size:1.75rem;font-weight:650;line-height:1.2;font-variant-numeric:tabular-nums}
.bar{display:block;width:100%;height:.625rem;margin-top:.6rem;border-radius:.3rem;border:1px solid var(--line)}
.bar .rest{fill:var(--sunken)}
.bar .done{fill:var(--good)}.bar .part{fill:var(--accent)}
header p.note{margin-top:.75rem}
table{width:100%;border-collapse:separate;background:var(--card);border:1px solid var(--line);border-radius:.6rem;
border-spacing:0;overflow:hidden}
th,td{text-align:start;vertical-align:baseline;padding:.5rem .75rem;border-top:1px solid var(--line);font-weight:400}
thead th,tbody th[scope=rowgroup]{font-size:.875rem;color:var(--quiet);background:var(--sunken)}
thead th,tbody th[scope=rowgroup]{border-top:0;font-weight:600}
tbody+tbody th[scope=rowgroup]{border-top:1px solid var(--line)}
td.outcome,th.outcome{white-space:nowrap;width:1%}
td.number,th.number{text-align:end;white-space:nowrap;font-variant-numeric:tabular-nums;width:1%}
td a{color:inherit}
td .claim{overflow-wrap:anywhere}
article{background:var(--card);border:1px solid var(--line);border-radius:.6rem;padding:1.1rem 1.25rem;
margin-top:1rem}
article .name{margin-top:.1rem}
article .problem{margin-top:.9rem;font-weight:600;overflow-wrap:anywhere;white-space:pre-wrap}
dl{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:.45rem 1rem;margin-top:.9rem}
dt{color:var(--quiet);font-weight:600;font-size:.9375rem}
dd{overflow-wrap:anywhere;white-space:pre-wrap}
dd.mono{padding-top:.1em}
.cause{grid-column:1/-1;display:grid;grid-template-columns:subgrid;gap:.45rem 1rem;background:var(--cause);
border-radius:.5rem;padding:.65rem .8rem;margin:.25rem -.8rem}
h4{margin:1.2rem 0 .4rem;font-size:.9375rem;color:var(--quiet)}
pre{background:var(--sunken);border-radius:.5rem;padding:.7rem .85rem;overflow-x:auto;tab-size:4;line-height:1.5}
.trace{margin:0;padding:0;list-style:none}
.trace li+li{margin-top:.6rem}
.trace .place{font-size:.875rem;overflow-wrap:anywhere}
.trace pre{margin-top:.2rem}
.trace .number{color:var(--quiet);user-select:none}
.caret{color:var(--bad);font-weight:700}
details{margin-top:1.1rem}
summary{cursor:pointer;color:var(--quiet);font-weight:600;font-size:.9375rem}
details pre{margin-top:.4rem;max-height:24rem;overflow-y:auto}
figure{margin-top:1.2rem}
figure>svg{display:block;width:100%;max-width:32rem;height:auto;margin:.4rem 0}
figure .title{font-weight:600;font-size:.9375rem;color:var(--quiet)}
figcaption{color:var(--quiet);font-size:.875rem;max-width:32rem}
figcaption ul{list-style:none;padding:0;margin:0 0 .25rem;display:flex;flex-wrap:wrap;gap:.15rem 1rem}
figcaption li{display:flex;align-items:center;gap:.4rem}
figcaption svg{width:1rem;height:1rem;flex:none}
.reviews{padding-inline-start:1.1rem}
.reviews li{margin-top:.35rem}
.next{margin-top:2rem;background:var(--card);border:1px solid var(--line);border-radius:.6rem;padding:.8rem 1.25rem}
footer{margin-top:2.25rem;padding-top:.9rem;border-top:1px solid var(--line);color:var(--quiet);font-size:.8125rem}
footer p{overflow-wrap:anywhere}
svg text{font:13px system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans CJK SC",sans-serif;fill:var(--quiet)}
svg .strong{fill:var(--text)}
svg .axis{stroke:var(--grid);fill:none;stroke-width:1}
svg .ground{fill:var(--sunken);stroke:var(--grid);stroke-width:1}
svg .got{fill:var(--got)}svg .want{fill:var(--want)}
svg .line{fill:none;stroke-width:2;stroke-linejoin:round;stroke-linecap:round}
svg .got.line{fill:none;stroke:var(--got)}
svg .want.line{fill:none;stroke:var(--want);stroke-dasharray:5 4}
svg .want.outline{fill:none;stroke:var(--want);stroke-width:1.75}
svg .bars{fill:var(--got);opacity:.75}
svg .level1{fill:var(--level1)}svg .level2{fill:var(--level2)}svg .level3{fill:var(--level3)}
svg .level4{fill:var(--level4)}
svg .cross{stroke:var(--odd);stroke-width:1.6;fill:none}
svg .differs{stroke:var(--bad);stroke-width:1;fill:none}
svg .example{stroke:var(--onclass);stroke-width:1.25}
svg .cell{fill:var(--card);stroke:var(--grid)}
svg .cell.got{fill:none;stroke:var(--got);stroke-width:1.75}
svg .cell.want{fill:none;stroke:var(--want);stroke-width:1.75}
svg .onclass{fill:var(--onclass)}
svg path[class^=class]{shape-rendering:crispEdges}
svg .thick,svg .outline.thick{stroke-width:60}svg .line.thick{stroke-width:70;stroke-linecap:butt}
svg .want.line.thick{stroke-dasharray:150 90}
@media (max-width:34rem){
body{padding:1.25rem .85rem 2rem}
article{padding:.9rem}
dl{grid-template-columns:minmax(0,1fr);gap:.1rem}
dd{margin-bottom:.5rem}
.cause{grid-template-columns:minmax(0,1fr);margin-inline:-.5rem;padding-inline:.5rem;gap:.1rem}
th,td{padding:.45rem .5rem}
}
@media print{
html{font-size:10.5pt;background:none}
body{max-width:none;padding:0 1px}
figure>svg,figcaption{max-width:26rem}
article,table,.next{border-color:#bbb}
figure,tr,.cause,.next{break-inside:avoid}
h2,h3,h4{break-after:avoid}
pre,details pre{white-space:pre-wrap;overflow-wrap:anywhere;max-height:none;overflow:visible}
details::details-content{content-visibility:visible;display:block;height:auto}
.ground,.bar,.cause,pre,th,svg{print-color-adjust:exact;-webkit-print-color-adjust:exact}
}
""".strip()


def _variables(palette: Palette) -> str:
    return "".join(f"--{name}:{color};" for name, color in palette.items())


def _classes() -> str:
    return "".join(f"svg .class{label}{{fill:var(--class{label})}}" for label in range(10))


# Dark is for screens only: a reader with a dark screen prints on white paper, too.
STYLE = (
    f":root{{color-scheme:light dark;{_variables(LIGHT)}}}\n"
    f"@media screen and (prefers-color-scheme:dark){{:root{{{_variables(DARK)}}}}}\n"
    f"{_RULES}\n{_classes()}\n"
)

# Of a drawing that stands alone, in an `img`: of the rules above only its own.
DRAWING_STYLE = "".join(
    (
        f":root{{{_variables(LIGHT)}}}",
        *(rule for rule in _RULES.split("\n") if rule.startswith("svg ")),
        _classes(),
    )
)


def policy_of(style: str) -> str:
    """Return the policy of a page that may apply this very style sheet, and load or run nothing.

    Whatever got into the page by mistake stays inert.
    """
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return f"default-src 'none'; base-uri 'none'; form-action 'none'; style-src 'sha256-{digest}'"
