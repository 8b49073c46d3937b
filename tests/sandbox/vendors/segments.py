"""How many SMS segments a text takes, and the repair of typographic characters that `SmartEncoded` asks for."""

# GSM 03.38: the basic table holds what counts as one septet, the extension table what counts as two.
_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = frozenset("\f^{}\\[~]|€")
_GSM_SINGLE, _GSM_PART = 160, 153
_UCS2_SINGLE, _UCS2_PART = 70, 67

_PLAIN = str.maketrans(
    {
        "\u2018": "'",
        "\u2019": "'",
        "\u201a": "'",
        "\u2032": "'",
        "\u201c": '"',
        "\u201d": '"',
        "\u201e": '"',
        "\u00ab": '"',
        "\u00bb": '"',
        "\u2010": "-",
        "\u2011": "-",
        "\u2012": "-",
        "\u2013": "-",
        "\u2014": "-",
        "\u2022": "-",
        "\u2026": "...",
        "\u00a0": " ",
        "\u2009": " ",
        "\u202f": " ",
        "\u200b": "",
    }
)


def encoding(text: str) -> str:
    """Return `GSM-7` when every character is in its tables, else `UCS-2`."""
    return "GSM-7" if all(character in _BASIC or character in _EXTENSION for character in text) else "UCS-2"


def count_segments(text: str) -> int:
    """Return how many messages a carrier sends for the text (at least one).

    A character that takes two units is never split over two segments.
    """
    if encoding(text) == "GSM-7":
        units = [2 if character in _EXTENSION else 1 for character in text]
        single, part = _GSM_SINGLE, _GSM_PART
    else:
        units = [len(character.encode("utf-16-be")) // 2 for character in text]
        single, part = _UCS2_SINGLE, _UCS2_PART
    if sum(units) <= single:
        return 1
    count, room = 1, part
    for unit in units:
        if unit > room:
            count, room = count + 1, part
        room -= unit
    return count


def smart_encode(text: str) -> str:
    """Return the text with typographic characters replaced by their GSM-7 likes."""
    return text.translate(_PLAIN)
