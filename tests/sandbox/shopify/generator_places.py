"""Countries of the data with the little geography an address needs; towns are real, streets are not."""

from dataclasses import dataclass

from tests.sandbox.shopify.generator_dice import Dice


@dataclass(frozen=True, slots=True)
class Town:
    """A town; `zip_stem` begins its postcodes, `time_zone` overrides the country's."""

    name: str
    zip_stem: str
    province_code: str | None = None
    time_zone: str | None = None


@dataclass(frozen=True, slots=True)
class Country:
    """`zip_tail`: 9 a digit, A a letter, the rest as it stands; `currency` is what the shop shows there."""

    code: str
    time_zone: str
    locale: str
    names: str
    towns: tuple[Town, ...]
    zip_tail: str = ""
    currency: str = "GBP"
    street: str = "{number} {street}"


@dataclass(frozen=True, slots=True)
class Place:
    """Where one person lives."""

    address: dict[str, str | None]
    time_zone: str


def _towns(text: str) -> tuple[Town, ...]:
    towns = []
    for entry in text.split(";"):
        name, stem, *more = (part.strip() for part in entry.split("|"))
        province, zone = [*more, "", ""][:2]
        towns.append(Town(name, stem, province or None, zone or None))
    return tuple(towns)


_EUR = "EUR"
_NUMBER_LAST = "{street} {number}"
_AMERICA = "America/"

# The data's word for a country -> the country. Words that name no country ("Unspecified", "West Indies",
# "European Community") are missing on purpose: those people have no address, as some have none in any shop.
COUNTRIES: dict[str, Country] = {
    "United Kingdom": Country("GB", "Europe/London", "en-GB", "english", _towns(
        "London|SE1;Leeds|LS1;Bristol|BS1;Manchester|M4;Birmingham|B2;Glasgow|G1|SCT;Edinburgh|EH3|SCT;"
        "Cardiff|CF10|WLS;Norwich|NR2;York|YO1;Bath|BA1;Brighton|BN1;Sheffield|S1;Liverpool|L1;"
        "Newcastle upon Tyne|NE1;Nottingham|NG1;Exeter|EX1;Oxford|OX1;Cambridge|CB2;Belfast|BT1|NIR;"
        "Aberdeen|AB10|SCT;Plymouth|PL1;Swansea|SA1|WLS;Canterbury|CT1;Lincoln|LN2;Chester|CH1"), " 9AA"),
    "EIRE": Country("IE", "Europe/Dublin", "en-IE", "english", _towns(
        "Dublin|D02|D;Cork|T12|CO;Galway|H91|G;Limerick|V94|LK;Waterford|X91|WD"), " AA99", _EUR),
    "Germany": Country("DE", "Europe/Berlin", "de-DE", "german", _towns(
        "Berlin|10;Hamburg|20;München|80;Köln|50;Frankfurt am Main|60;Leipzig|04"), "999", _EUR, _NUMBER_LAST),
    "France": Country("FR", "Europe/Paris", "fr-FR", "french", _towns(
        "Paris|750;Lyon|690;Marseille|130;Nantes|440;Lille|590;Bordeaux|330"), "09", _EUR),
    "Netherlands": Country("NL", "Europe/Amsterdam", "nl-NL", "dutch", _towns(
        "Amsterdam|10;Rotterdam|30;Utrecht|35;Eindhoven|56"), "99 AA", _EUR, _NUMBER_LAST),
    "Belgium": Country("BE", "Europe/Brussels", "nl-BE", "dutch", _towns(
        "Brussel|10;Antwerpen|20;Gent|90;Brugge|80"), "00", _EUR, _NUMBER_LAST),
    "Spain": Country("ES", "Europe/Madrid", "es-ES", "spanish", _towns(
        "Madrid|280|M;Barcelona|080|B;Valencia|460|V;Sevilla|410|SE"), "99", _EUR, "{street}, {number}"),
    "Portugal": Country("PT", "Europe/Lisbon", "pt-PT", "portuguese", _towns(
        "Lisboa|11|PT-11;Porto|40|PT-13;Braga|47|PT-03"), "99-999", _EUR, _NUMBER_LAST),
    "Italy": Country("IT", "Europe/Rome", "it-IT", "italian", _towns(
        "Roma|001|RM;Milano|201|MI;Torino|101|TO;Firenze|501|FI"), "99", _EUR, "{street} {number}"),
    "Austria": Country("AT", "Europe/Vienna", "de-AT", "german", _towns(
        "Wien|10;Graz|80;Linz|40;Salzburg|50"), "99", _EUR, _NUMBER_LAST),
    "Switzerland": Country("CH", "Europe/Zurich", "de-CH", "german", _towns(
        "Zürich|80;Basel|40;Bern|30;Luzern|60"), "99", "CHF", _NUMBER_LAST),
    "Greece": Country("GR", "Europe/Athens", "el-GR", "english", _towns("Athina|10;Thessaloniki|54"), "9 99", _EUR),
    "Cyprus": Country("CY", "Asia/Nicosia", "el-CY", "english", _towns("Nicosia|10;Limassol|30"), "99", _EUR),
    "Malta": Country("MT", "Europe/Malta", "en-MT", "english", _towns("Valletta|VLT;Sliema|SLM"), " 9999", _EUR),
    "Finland": Country("FI", "Europe/Helsinki", "fi-FI", "nordic", _towns(
        "Helsinki|00;Tampere|33;Turku|20"), "190", _EUR, _NUMBER_LAST),
    "Sweden": Country("SE", "Europe/Stockholm", "sv-SE", "nordic", _towns(
        "Stockholm|11;Göteborg|41;Malmö|21"), "9 99", "GBP", _NUMBER_LAST),
    "Denmark": Country("DK", "Europe/Copenhagen", "da-DK", "nordic", _towns(
        "København|21;Aarhus|80;Odense|50"), "00", "GBP", _NUMBER_LAST),
    "Norway": Country("NO", "Europe/Oslo", "nb-NO", "nordic", _towns(
        "Oslo|01;Bergen|50;Trondheim|70"), "99", "GBP", _NUMBER_LAST),
    "Iceland": Country("IS", "Atlantic/Reykjavik", "is-IS", "nordic", _towns("Reykjavík|1;Akureyri|6"), "01", "GBP"),
    "Poland": Country("PL", "Europe/Warsaw", "pl-PL", "slavic", _towns(
        "Warszawa|00-;Kraków|30-;Gdańsk|80-"), "999", "GBP", _NUMBER_LAST),
    "Czech Republic": Country("CZ", "Europe/Prague", "cs-CZ", "slavic", _towns(
        "Praha|110;Brno|602"), " 00", "GBP", _NUMBER_LAST),
    "Lithuania": Country("LT", "Europe/Vilnius", "lt-LT", "slavic", _towns(
        "Vilnius|LT-01;Kaunas|LT-44"), "999", _EUR, _NUMBER_LAST),
    "Channel Islands": Country("JE", "Europe/Jersey", "en-GB", "english", _towns("Saint Helier|JE2"), " 9AA"),
    "USA": Country("US", _AMERICA + "New_York", "en-US", "english", _towns(
        "Brooklyn|112|NY;Boston|021|MA;Chicago|606|IL|America/Chicago;Austin|787|TX|America/Chicago;"
        "Denver|802|CO|America/Denver;Portland|972|OR|America/Los_Angeles;"
        "Honolulu|968|HI|Pacific/Honolulu"), "99", "USD"),
    "Canada": Country("CA", _AMERICA + "Toronto", "en-CA", "english", _towns(
        "Toronto|M5V|ON;Vancouver|V6B|BC|America/Vancouver;Halifax|B3J|NS|America/Halifax"), " 9A9", "GBP"),
    "Australia": Country("AU", "Australia/Sydney", "en-AU", "english", _towns(
        "Sydney|20|NSW;Melbourne|30|VIC|Australia/Melbourne;Perth|60|WA|Australia/Perth"), "99", "GBP"),
    "Japan": Country("JP", "Asia/Tokyo", "ja-JP", "english", _towns("Tokyo|150-|JP-13;Osaka|530-|JP-27"), "0099"),
    "Hong Kong": Country("HK", "Asia/Hong_Kong", "en-HK", "english", _towns("Hong Kong||HK;Kowloon||KL")),
    "Singapore": Country("SG", "Asia/Singapore", "en-SG", "english", _towns("Singapore|23"), "9999"),
    "Korea": Country("KR", "Asia/Seoul", "ko-KR", "english", _towns("Seoul|04|KR-11"), "999"),
    "Thailand": Country("TH", "Asia/Bangkok", "th-TH", "english", _towns("Bangkok|10|TH-10"), "110"),
    "Israel": Country("IL", "Asia/Jerusalem", "he-IL", "english", _towns("Tel Aviv|61"), "99999"),
    "Lebanon": Country("LB", "Asia/Beirut", "en-LB", "english", _towns("Beirut|1107")),
    "Bahrain": Country("BH", "Asia/Bahrain", "en-BH", "english", _towns("Manama|3"), "99"),
    "Saudi Arabia": Country("SA", "Asia/Riyadh", "en-SA", "english", _towns("Riyadh|11"), "999"),
    "United Arab Emirates": Country("AE", "Asia/Dubai", "en-AE", "english", _towns("Dubai||DU;Abu Dhabi||AZ")),
    "RSA": Country("ZA", "Africa/Johannesburg", "en-ZA", "english", _towns("Cape Town|80|WC;Durban|40|NL"), "01"),
    "Nigeria": Country("NG", "Africa/Lagos", "en-NG", "english", _towns("Lagos|100|LA"), "001"),
    "Brazil": Country("BR", _AMERICA + "Sao_Paulo", "pt-BR", "portuguese", _towns("São Paulo|01|SP"), "999-000"),
    "Bermuda": Country("BM", "Atlantic/Bermuda", "en-BM", "english", _towns("Hamilton|HM"), " 99"),
}  # fmt: skip
NOWHERE_TIME_ZONE = "Europe/London"

_STREETS = {
    "english": ("Alder Close", "Bramble Lane", "Castle Rise", "Chapel Row", "Damson Way", "Foxglove Road",
                "Harbour Street", "Kingfisher Court", "Larkspur Avenue", "Mill Terrace", "Quarry Hill"),
    "german": ("Ahornweg", "Birkenallee", "Fliederstraße", "Lindenplatz", "Mühlgasse", "Wiesenstraße"),
    "french": ("allée des Tilleuls", "impasse du Moulin", "rue de la Fontaine", "rue des Lilas", "rue du Verger"),
    "dutch": ("Beukenlaan", "Dorpsstraat", "Lindestraat", "Molenweg", "Tulpstraat"),
    "spanish": ("Calle de la Fuente", "Calle del Olivo", "Paseo de los Álamos"),
    "portuguese": ("Rua da Fonte", "Rua das Oliveiras", "Travessa do Moinho"),
    "italian": ("Via dei Tigli", "Via del Mulino", "Viale delle Rose"),
    "nordic": ("Björkvägen", "Kirkkokatu", "Møllegade", "Skogveien"),
    "slavic": ("Lipowa", "Ogrodowa", "Polní", "Kwiatowa"),
}  # fmt: skip


def place(country: Country | None, dice: Dice, key: object) -> Place | None:
    """Return where the person `key` lives, or None where the data names no country."""
    if country is None:
        return None
    town = dice.pick(country.towns, "town", key)
    tail = "".join(
        str(dice.below(10, "zip", key, at))
        if sign == "9"
        else dice.pick("ABDEFGHJLNPRSTUWXYZ", "zip", key, at)
        if sign == "A"
        else sign
        for at, sign in enumerate(country.zip_tail)
    )
    street = country.street.format(
        number=dice.between((1, 140), "house", key), street=dice.pick(_STREETS[country.names], "street", key)
    )
    address = {
        "address1": street,
        "city": town.name,
        "province_code": town.province_code,
        "zip": town.zip_stem + tail,
        "country_code": country.code,
    }
    return Place(address, town.time_zone or country.time_zone)


def time_zone(country_code: str, province_code: str | None) -> str:
    """Return where people of a country's province keep their clocks; the shop's own zone for strangers."""
    for country in COUNTRIES.values():
        if country.code == country_code:
            towns = (town for town in country.towns if town.province_code == province_code and town.time_zone)
            return next((town.time_zone for town in towns if town.time_zone), country.time_zone)
    return NOWHERE_TIME_ZONE
