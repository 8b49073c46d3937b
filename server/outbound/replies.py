"""What a person means who answers a text message: stop, start, help, or something else.

The law counts every reasonable way to say stop, not only the keyword (47 CFR 64.1200(a)(10)). So a message
that is nothing but a keyword counts, and so does plain wording inside a longer one that speaks of messages:
"please cancel my order" and "I can't stop wearing it" are no revocations.
"""

import re
import unicodedata
from typing import Literal

Meaning = Literal["stop", "start", "help", "other"]

# Twilio's and the CTIA's keywords first, then what people write in other languages (accents are taken off).
_STOP_WORDS = """
    stop stopall unsubscribe cancel end quit revoke optout
    arret arreter desabonner stopp abmelden abbestellen alto parar baja sair annulla cancella
    afmelden uitschrijven avsluta afmeld lopeta стоп отписаться 停止 退订
"""
# Words beside a keyword that leave its meaning alone.
_FILLER_WORDS = """
    please pls plz kindly just now ok okay hi hello hey thanks thank you thx it this that all already immediately
    at once forever everything guys sorry sir madam dear i said me us and
"""
_STOP = frozenset(_STOP_WORDS.split())
_START = frozenset({"start", "yes", "unstop"})
_HELP = frozenset({"help", "info"})
_FILLER = frozenset(_FILLER_WORDS.split())
_LONGEST = 2000  # characters; a text message has at most 1600

_MESSAGES = (
    "(?:texts?|texting|messages?|messaging|msgs?|sms|mms|marketing|ads?|adverts?|promos?|promotions?|spam|spamming|"
    "alerts|notifications|contact|contacting|sending|writing|bothering|harassing|emails?|emailing|calls|calling)"
)
_BETWEEN = "(?:(?:all|any|the|these|those|this|your|of|from|more|further|me|us|with|sending|getting) )*"
_CONTACT = "(?:text|message|msg|sms|contact|bother|call|email|write|write to)"
_NEVER = "(?:do not|don't|dont|never)"
_PHRASES = (
    f"(?:stop|quit|end|cease|cancel|discontinue) {_BETWEEN}{_MESSAGES}",
    f"no more {_BETWEEN}{_MESSAGES}",
    "unsub(?:scribed?)?|opt(?:ed|ing)? ?(?:me )?out",
    f"(?:{_NEVER}|not) (?:ever |please )?{_CONTACT} (?:me|us|again|anymore|this number)",
    f"(?:{_NEVER}|not) (?:ever |please )?send (?:me |us )?(?:anything|any more|anymore|{_BETWEEN}{_MESSAGES})",
    f"{_NEVER} want (?:to (?:get|receive|have) )?{_BETWEEN}{_MESSAGES}",
    "(?:remove|take|get|delete) me (?:off|from|out)",
    "(?:remove|delete|erase|lose) (?:my|this) (?:phone |mobile |cell )?number",
    "remove me|leave me alone|wrong number",
)
_WORDING = re.compile("|".join(rf"\b(?:{phrase})\b" for phrase in _PHRASES))
# "Don't stop texting me" asks for more; so does "I never opted out".
_TAKEN_BACK = re.compile(r"\b(?:do not|don't|dont|never|cannot|can't|cant|couldn't) (?:ever |please |just |want to )*$")
_NO_MORE = re.compile("no more(?: please| pls| thanks| thank you| ok)*")


def read_reply(text: str) -> Meaning:
    """Tell what a reply asks for."""
    words = _words(text[:_LONGEST])
    plain, joined = " ".join(words), "".join(words)
    if joined in _START:
        return "start"
    if joined in _HELP:
        return "help"
    return "stop" if joined in _STOP or _says_stop(words, plain) else "other"


def _says_stop(words: list[str], plain: str) -> bool:
    content = [word for word in words if word not in _FILLER]
    if content and all(word in _STOP for word in content):
        return True
    if _NO_MORE.fullmatch(plain):
        return True
    return any(not _TAKEN_BACK.search(plain[: found.start()]) for found in _WORDING.finditer(plain))


def _words(text: str) -> list[str]:
    # Accents and full-width forms off, every apostrophe one, other punctuation and pictures gone.
    folded = unicodedata.normalize("NFKD", text).casefold()
    folded = "".join(character for character in folded if not unicodedata.combining(character))
    folded = re.sub("[’‘`´]", "'", folded)  # noqa: RUF001 - typographic on purpose
    return re.findall(r"[^\W_]+(?:'[^\W_]+)*", folded)
