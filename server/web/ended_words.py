"""What a shopper reads where a block's offer cannot be taken, in the languages that our extensions speak."""

from typing import NamedTuple

from werkzeug.datastructures import LanguageAccept


class Words(NamedTuple):
    """The words of one language; each cause has a heading and a sentence."""

    gone: tuple[str, str]
    ended: tuple[str, str]
    confirming: tuple[str, str]
    busy: tuple[str, str]
    back: str
    again: str


_WORDS = {
    "en": Words(
        ("This offer is gone", "The item has sold out, or its price has changed. Nothing was charged."),
        ("This offer has ended", "It was there for a limited time. Nothing was charged."),
        ("One moment", "Your order is still being confirmed. This page tries again by itself."),
        ("That did not work", "The offer could not be prepared just now. Please try again in a minute."),
        "Back to the shop",
        "Try again",
    ),
    "de": Words(
        ("Dieses Angebot ist vergriffen", "Der Artikel ist ausverkauft oder kostet jetzt anders. Es wurde nichts berechnet."),
        ("Dieses Angebot ist abgelaufen", "Es galt nur für begrenzte Zeit. Es wurde nichts berechnet."),
        ("Einen Moment", "Ihre Bestellung wird noch bestätigt. Diese Seite versucht es von selbst noch einmal."),
        ("Das hat nicht geklappt", "Das Angebot konnte gerade nicht vorbereitet werden. Bitte versuchen Sie es gleich noch einmal."),
        "Zurück zum Shop",
        "Noch einmal versuchen",
    ),
    "fr": Words(
        ("Cette offre n’est plus disponible", "L’article est épuisé ou son prix a changé. Rien n’a été débité."),
        ("Cette offre est terminée", "Elle était limitée dans le temps. Rien n’a été débité."),
        ("Un instant", "Votre commande est en cours de confirmation. Cette page réessaie d’elle-même."),
        ("Cela n’a pas fonctionné", "L’offre n’a pas pu être préparée. Veuillez réessayer dans une minute."),
        "Retour à la boutique",
        "Réessayer",
    ),
    "es": Words(
        ("Esta oferta ya no está disponible", "El artículo se ha agotado o su precio ha cambiado. No se ha cobrado nada."),
        ("Esta oferta ha terminado", "Era por tiempo limitado. No se ha cobrado nada."),
        ("Un momento", "Tu pedido aún se está confirmando. Esta página vuelve a intentarlo sola."),
        ("No ha funcionado", "La oferta no se ha podido preparar. Inténtalo de nuevo en un minuto."),
        "Volver a la tienda",
        "Intentar de nuevo",
    ),
    "it": Words(
        ("Questa offerta non è più disponibile", "L’articolo è esaurito o il prezzo è cambiato. Non è stato addebitato nulla."),
        ("Questa offerta è terminata", "Era valida per un tempo limitato. Non è stato addebitato nulla."),
        ("Un momento", "Il tuo ordine è in fase di conferma. Questa pagina riprova da sola."),
        ("Non ha funzionato", "Non è stato possibile preparare l’offerta. Riprova tra un minuto."),
        "Torna al negozio",
        "Riprova",
    ),
    "nl": Words(
        ("Deze aanbieding is er niet meer", "Het artikel is uitverkocht of de prijs is veranderd. Er is niets in rekening gebracht."),
        ("Deze aanbieding is afgelopen", "Ze gold voor beperkte tijd. Er is niets in rekening gebracht."),
        ("Een ogenblik", "Je bestelling wordt nog bevestigd. Deze pagina probeert het vanzelf opnieuw."),
        ("Dat is niet gelukt", "De aanbieding kon nu niet worden klaargezet. Probeer het over een minuut opnieuw."),
        "Terug naar de winkel",
        "Opnieuw proberen",
    ),
    "pt": Words(
        ("Esta oferta já não está disponível", "O artigo esgotou ou o preço mudou. Nada foi cobrado."),
        ("Esta oferta terminou", "Era por tempo limitado. Nada foi cobrado."),
        ("Um momento", "A sua encomenda ainda está a ser confirmada. Esta página tenta de novo sozinha."),
        ("Não funcionou", "Não foi possível preparar a oferta. Tente de novo dentro de um minuto."),
        "Voltar à loja",
        "Tentar de novo",
    ),
}  # fmt: skip


def words_for(accepted: LanguageAccept) -> tuple[str, Words]:
    """Return the language that a browser prefers of ours, English where it names none, with its words."""
    best = accepted.best_match(list(_WORDS), default="en")
    return best, _WORDS[best]
