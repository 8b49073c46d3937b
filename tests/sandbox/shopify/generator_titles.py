"""Titles fit for a shop window, and the types and tags that their words give away."""

import re

_SMALL = {"a", "and", "as", "at", "by", "for", "from", "in", "of", "on", "or", "the", "to", "with"}
_WORDS = {
    "ASS": "Assorted", "ASST": "Assorted", "ASSTD": "Assorted", "BLK": "Black", "COL": "Colour",
    "COLS": "Colours", "DES": "Design", "DIAM": "Diamante", "EMBOSS": "Embossed", "HLDR": "Holder",
    "LGE": "Large", "MED": "Medium", "PK": "Pack", "SML": "Small", "TURQ": "Turquoise", "W": "with",
    "CD": "CD", "DIY": "DIY", "IPOD": "iPod", "LED": "LED", "UK": "UK", "USB": "USB", "VIP": "VIP",
    "XMAS": "Christmas", "PC": "Piece", "PCS": "Piece",
}  # fmt: skip

# First match wins, so the narrow words stand before the wide ones.
_TYPES: tuple[tuple[str, str], ...] = (
    ("Services", "next day carriage"),
    ("Cards & Gift Wrap", "wrap|greeting card"),
    ("Christmas", "christmas|santa|reindeer|advent|snowman|snowflake|nativity|noel|bauble|baubles"),
    ("Easter", "easter|bunny|chick|chicks"),
    ("Jewellery", ("necklace|bracelet|earrings|earring|brooch|bangle|ring|pendant|hairclip|hairslide|tiara|"
     "bead|beads|charm|hair|jewellery|keyring|cufflinks|locket")),
    ("Candles & Lights", ("candle|candles|candleholder|t-light|t-lights|lantern|lanterns|lights|light|lamp|"
     "lampshade|votive|tealight|chandelier|torch")),
    ("Home Fragrance", "incense|scented|fragrance|lavender|potpourri|perfume|oil|burner|soap|balm"),
    ("Umbrellas", "umbrella|parasol"),
    ("Bags & Purses", ("bag|bags|handbag|shopper|purse|wallet|lunchbag|backpack|luggage|passport|suitcase|"
     "case|holdall|tote")),
    ("Kitchen & Dining", ("mug|mugs|cup|cups|teapot|tea|coffee|bowl|bowls|plate|plates|saucer|cutlery|spoon|"
     "spoons|jug|jam|cake|cakes|cakestand|kitchen|baking|apron|oven|tray|jar|jars|egg|napkins|napkin|"
     "tableware|glass|glasses|tumbler|tumblers|bottle|flask|teaspoons|pantry|lunch|dish|colander|scales|"
     "coaster|coasters|placemat|placemats|recipe|cookie|biscuit|doilies|wine|beer|cocktail|popcorn|ramekin")),
    ("Party", "party|bunting|balloon|balloons|birthday|confetti|streamer|piñata|pinata"),
    ("Cards & Gift Wrap", ("card|cards|wrap|gift|tissue|tissues|ribbon|ribbons|postcard|envelope|"
     "envelopes|stickers|sticker")),
    ("Stationery", ("notebook|notebooks|pencil|pencils|pen|pens|notepad|pad|ruler|tape|eraser|erasers|"
     "calendar|diary|memo|magnet|magnets|stamp|stamps|organiser|journal|sketchbook|book|paper|chalk")),
    ("Toys & Games", ("toy|toys|game|games|doll|dolls|puzzle|jigsaw|playing|dominoes|skipping|marbles|"
     "soldiers|soldier|teddy|puppet|puppets|magic|kit|craft|felt|feltcraft|crayons|childrens|childs|"
     "children's|child's|baby|dinosaur|ludo|spinning|harmonica|helicopter|yoyo|babushka|spaceboy")),
    ("Garden", ("garden|gardener|gardeners|watering|birdhouse|plant|planter|planters|herb|bird|feeder|seed|"
     "hammock|picnic|gnome|wheelbarrow")),
    ("Bathroom", "bathroom|bath|towel|towels|shower|toilet|flannel|sponge|shampoo"),
    ("Textiles", ("cushion|cushions|curtain|doormat|mat|throw|quilt|blanket|cloth|runner|rug|cosy|warmer|"
     "slippers|scarf|socks|knitted|shawl")),
    ("Storage", ("box|boxes|tin|tins|basket|baskets|drawer|cabinet|storage|shelf|shelves|chest|holder|rack|"
     "hook|hooks|hanger|hangers|stand|bin|crate|cupboard|knob|drawers")),
    ("Clocks & Mirrors", "clock|clocks|mirror|mirrors|alarm"),
    ("Home Decor", ("sign|frame|frames|heart|hearts|decoration|decorations|garland|wreath|doorstop|"
     "picture|photo|wall|hanging|flower|flowers|vase|metal|wooden|wood|ornament|figurine|letter|letters|"
     "tile|tiles|stool|chair|table|art|print|block|door|star|stars|bell|bells")),
)  # fmt: skip
_TYPE_PATTERNS = [(name, re.compile(rf"(?<![a-z'-])(?:{words})(?![a-z'-])", re.IGNORECASE)) for name, words in _TYPES]
OTHER_TYPE = "Gifts"
TYPES = (*dict.fromkeys(name for name, _ in _TYPES), OTHER_TYPE)

COLOURS = {
    "amber": "#c98a1b", "amethyst": "#8e5bb5", "aqua": "#4fb7b9", "black": "#33353a", "blue": "#3f73b8",
    "brown": "#80573a", "cream": "#e6d9b8", "crystal": "#a9c7d6", "gold": "#c7a13a", "green": "#4f9160",
    "grey": "#8d9196", "ivory": "#dcd3ba", "lilac": "#b497cf", "mint": "#86c5a5", "orange": "#dd7e35",
    "pink": "#dd7fa3", "purple": "#76529a", "red": "#c34a45", "silver": "#a3a9b1", "turquoise": "#39a6a3",
    "white": "#c9ccd1", "yellow": "#d9b43a",
}  # fmt: skip
_MATERIALS = ("acrylic", "ceramic", "cotton", "enamel", "felt", "glass", "metal", "paper", "porcelain",
              "slate", "tin", "wicker", "wire", "wooden", "zinc")  # fmt: skip
_THEMES = ("baroque", "birthday", "christmas", "easter", "fairy", "floral", "folkart", "heart", "love",
           "paisley", "party", "polkadot", "regency", "retro", "retrospot", "rose", "scandinavian", "skull",
           "spaceboy", "strawberry", "union jack", "vintage", "woodland")  # fmt: skip
_KINDS = ("bag", "bowl", "box", "bunting", "cake", "candle", "card", "clock", "cushion", "doormat", "hook",
          "lantern", "lunch", "magnet", "mirror", "mug", "necklace", "notebook", "plate", "sign", "t-light",
          "teapot", "toy", "umbrella", "wrap")  # fmt: skip
_SAME = {"wood": "wooden", "hearts": "heart", "roses": "rose", "skulls": "skull", "spotty": "retrospot",
         "polka dot": "polkadot", "candles": "candle", "boxes": "box", "cakes": "cake"}  # fmt: skip


def display_title(raw: str) -> str:
    """Return an upper-case title of the data in title case, its shorthand written out."""
    text = re.sub(r"\bS(?:ET)?/(\d+)\b", r"SET OF \1", raw.upper())
    text = re.sub(r"\bPACK/(\d+)\b", r"PACK OF \1", text)
    text = re.sub(r"\s*,\s*", ", ", text.replace("*", " ").replace("+", " & "))
    words = text.split()
    return " ".join(_word(word, is_first=number == 0) for number, word in enumerate(words)).strip(" ,.")


def product_type(title: str) -> str:
    """Return the product type that the title's words give away."""
    return next((name for name, pattern in _TYPE_PATTERNS if pattern.search(title)), OTHER_TYPE)


def tags(title: str) -> list[str]:
    """Return sorted tags: colours, materials, themes and kinds named in the title."""
    text = title.lower()
    for other, word in _SAME.items():
        text = re.sub(rf"\b{other}\b", word, text)
    words = set(re.findall(r"[a-z][a-z'-]*", text))
    found = words & {*COLOURS, *_MATERIALS, *_THEMES, *_KINDS}
    return sorted(found | {phrase for phrase in _THEMES if " " in phrase and phrase in text})


def _word(word: str, *, is_first: bool) -> str:
    bare = word.strip('",.()')
    if bare in _WORDS:
        return word.replace(bare, _WORDS[bare])
    if bare.lower() in _SMALL and not is_first:
        return word.lower()
    if re.fullmatch(r"\d+(?:\.\d+)?(?:CM|MM|M|G|KG|ML|L)?(?:X\d+(?:CM|MM|M)?)*", bare):
        return word.lower()
    # Letters after an apostrophe stay small (Children's), after a hyphen, slash or ampersand they do not.
    return re.sub(r"'[A-Z]+|[A-Z]+(?:'[A-Z]+)?", lambda found: found[0].capitalize(), word)
