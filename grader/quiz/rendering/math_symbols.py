"""What Unicode has for maths on one line: raised and lowered characters, marks above letters, fractions."""

from __future__ import annotations

import unicodedata

_UPPER = dict(
    zip(
        "0123456789+-−=()abcdefghijklmnoprstuvwxyzβγδθφ*∗′″",
        "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᵝᵞᵟᶿᵠ**′″",
        strict=True,
    )
)
_UPPER |= {"⊤": "ᵀ", "T": "ᵀ"}
_LOWER = dict(zip("0123456789+-−=()aehijklmnoprstuvxβγρφχ", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ", strict=True))
_TALL = 6  # characters: longer ones are hard to read when they are small
_FRACTIONS = {"1/2": "½", "1/3": "⅓", "2/3": "⅔", "1/4": "¼", "3/4": "¾"}
# What a mark above is called where it spans more than one letter, and the character that combines with one letter.
_ABOVE = {
    "^": ("hat", "\u0302"),
    "ˆ": ("hat", "\u0302"),
    "\u0302": ("hat", "\u0302"),
    "~": ("tilde", "\u0303"),
    "˜": ("tilde", "\u0303"),
    "\u0303": ("tilde", "\u0303"),
    "¯": ("bar", "\u0304"),
    "‾": ("bar", "\u0304"),
    "\u0332": ("bar", "\u0304"),
    "˙": ("dot", "\u0307"),
    "¨": ("ddot", "\u0308"),
    "\u20d7": ("vec", "\u20d7"),
    "→": ("vec", "\u20d7"),
    "ˇ": ("check", "\u030c"),
}


def raised(text: str) -> str | None:
    """Return `text` in raised characters; None where Unicode lacks one, or nobody could read them."""
    return _moved(text, _UPPER)


def lowered(text: str) -> str | None:
    """Return `text` in lowered characters; None as `raised`."""
    return _moved(text, _LOWER)


def _moved(text: str, table: dict[str, str]) -> str | None:
    if not text or any(character not in table for character in text):
        return None
    inner = text[1:-1] if text[0] == "(" and text[-1] == ")" else text
    letters = [character for character in inner if character.isalpha()]
    plain = not letters or len(inner) == 1 or (len(letters) == len(inner) == 2) or "=" in inner
    if not plain or len(text) > _TALL:
        return None
    return "".join(table[character] for character in text)


def fraction(above: str, below: str) -> str | None:
    """Return the one character that Unicode has for a fraction, if any."""
    return _FRACTIONS.get(f"{above}/{below}")


def marked(base: str, mark: str, *, spans: bool) -> str | None:
    """Return `base` with a mark above it, `ŷ`; `hat(xy)` where it is longer or `spans`; None for an unknown mark."""
    if mark not in _ABOVE:
        return None
    name, combining = _ABOVE[mark]
    if len(base) == 1 and not spans:
        return unicodedata.normalize("NFC", base + combining)
    return f"{name}({base})"


def plain_letters(text: str) -> str:
    """Return text whose slanted and sans-serif letters, which look alike in a terminal, are plain ones.

    Bold, script and double-struck letters mean something else than plain ones, and stay.
    """
    return "".join(_plain(character) for character in text if not "\ufe00" <= character <= "\ufe0f")


def _plain(character: str) -> str:
    name = unicodedata.name(character, "")
    if name.startswith("MATHEMATICAL") and not any(word in name for word in ("BOLD", "SCRIPT", "FRAKTUR", "DOUBLE")):
        normal = unicodedata.normalize("NFKC", character)
        return normal if normal.isalnum() else character
    return character
