"""What a person writes instead of a character that Windows-1252 does not have.

Accented Latin letters are not listed: Unicode's own decomposition finds their base letter. Greek follows ISO 843 and
Cyrillic a plain English reading, both without accents.
"""
# ruff: noqa: RUF001 -- Characters that look like others are the subject.

_LATIN = {
    "Ł": "L", "ł": "l", "Đ": "D", "đ": "d", "Ħ": "H", "ħ": "h", "Ŧ": "T", "ŧ": "t", "ı": "i", "ĸ": "k", "Ŋ": "N",
    "ŋ": "n", "ẞ": "SS", "ƒ": "f", "Ə": "E", "ə": "e", "Ɓ": "B", "Ɗ": "D", "ɗ": "d", "Ƙ": "K", "ƙ": "k",
}  # fmt: skip

_PUNCTUATION = {
    "‐": "-", "‑": "-", "‒": "-", "―": "-", "−": "-", "⁃": "-", "‛": "'", "′": "'", "ʹ": "'", "ʻ": "'", "ʼ": "'",
    "ʽ": "'", "‟": '"', "″": '"', "‴": "'''", "⁄": "/", "∕": "/", "∗": "*", "∙": "·", "‣": "•", "◦": "•",
    "●": "•", "▪": "•", "⋅": "·", "≤": "<=", "≥": ">=", "≠": "!=", "≈": "~", "→": "->", "←": "<-", "↔": "<->",
    "⇒": "=>", "∞": "oo", "√": "v", "✓": "x", "✔": "x", "№": "No.", "℠": "SM", "℗": "(P)", "₤": "£", "₽": "RUB",
    "₹": "INR", "₩": "KRW", "₪": "ILS", "₴": "UAH", "₺": "TRY", "₱": "PHP", "₦": "NGN", "₫": "VND", "₿": "BTC",
    "\u2000": " ", "\u2001": " ", "\u2002": " ", "\u2003": " ", "\u2004": " ", "\u2005": " ", "\u2006": " ",
    "\u2007": " ", "\u2008": " ", "\u2009": " ", "\u200a": " ", "\u202f": " ", "\u205f": " ", "\u3000": " ",
}  # fmt: skip

_GREEK_LETTERS = "ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩαβγδεζηθικλμνξοπρσςτυφχψω"
_GREEK_TEXTS = "A V G D E Z I Th I K L M N X O P R S T Y F Ch Ps O a v g d e z i th i k l m n x o p r s s t y f ch ps o"
_GREEK = dict(zip(_GREEK_LETTERS, _GREEK_TEXTS.split(), strict=True))

_CYRILLIC_LETTERS = "абвгдеёжзийклмнопрстуфхцчшщыэюяіїєґђјљњћџ"
_CYRILLIC_TEXTS = "a b v g d e yo zh z i y k l m n o p r s t u f kh ts ch sh shch y e yu ya i yi ye g dj j lj nj c dz"
_CYRILLIC_LOWER = dict(zip(_CYRILLIC_LETTERS, _CYRILLIC_TEXTS.split(), strict=True)) | {"ъ": "", "ь": ""}

REPLACEMENTS = (
    _LATIN
    | _PUNCTUATION
    | _GREEK
    | _CYRILLIC_LOWER
    | {letter.upper(): text.capitalize() for letter, text in _CYRILLIC_LOWER.items()}
)
"""Character → what stands for it, all of it in Windows-1252."""
