/**
 * The page's own words by language, English by default. The server may send any of them in `offer.texts`, so that
 * more languages cost the bundle nothing. "{0}" stands for an amount or a number.
 *
 * @typedef {object} Words
 * @property {string} heading
 * @property {string} accept what the pay button says before the amount: it must say that pressing costs money
 * @property {string} decline
 * @property {string} was read out before a struck-out price
 * @property {string} save
 * @property {string} quantity
 * @property {string} variant
 * @property {string} howMany
 * @property {string} previous
 * @property {string} next
 * @property {string} ends
 * @property {string} freeShipping
 * @property {string} shippingIs
 * @property {string} wait
 * @property {string} unpriced
 * @property {string} retry
 * @property {string} subtotal
 * @property {string} shipping
 * @property {string} free
 * @property {string} tax
 * @property {string} taxIncluded
 * @property {string} total
 * @property {string} terms
 * @property {string} tryAgain
 * @property {string} goOn
 * @property {string} notAdded
 * @property {string} notCharged
 * @property {string} used
 * @property {string} unsure
 * @property {string} check
 * @property {string} unpaid
 * @property {string} unpaidText
 * @property {string} every how often, for day, week, month and year, each for one and for several, parted by "|"
 * @property {string} plan
 * @property {string} delivery
 * @property {string} payment
 * @property {string} each
 * @property {string} eachAfter where the first costs something else
 * @property {string} later
 * @property {string} shippingEach
 * @property {string} agree
 */

/**
 * Why the item was not added. A language may lack some: the page then says only what follows for the shopper, rather
 * than mixing languages.
 *
 * @typedef {'paymentDeclined' | 'soldOut' | 'gone' | 'method' | 'released' | 'broken' | 'subscription' | 'noConsent' | 'notKept' |
 *   'noAddress' | 'subscribed'} Reason
 */

/** @typedef {Words & Partial<Record<Reason, string>>} Texts */

/** @type {Words & Record<Reason, string>} */
const en = {
  heading: 'One more thing for your order?',
  accept: 'Pay now',
  decline: 'No thanks',
  was: 'Original price',
  save: 'You save {0}',
  quantity: 'Quantity: {0}',
  variant: 'Option',
  howMany: 'Quantity',
  previous: 'Previous picture',
  next: 'Next picture',
  ends: 'This offer ends in {0}',
  freeShipping: 'Free shipping',
  shippingIs: 'Shipping: {0}',
  wait: 'One moment…',
  unpriced: 'The full price could not be worked out just now.',
  retry: 'Try again',
  subtotal: 'Subtotal',
  shipping: 'Shipping',
  free: 'Free',
  tax: 'Taxes',
  taxIncluded: 'Taxes (included)',
  total: 'To pay now',
  terms: 'Charged the same way as your order and added to it.',
  tryAgain: 'That did not work. You have not been charged.',
  goOn: 'Continue to your order',
  notAdded: 'The item was not added',
  notCharged: 'You have not been charged for it, and your order is not affected.',
  used: 'This offer has already been used',
  unsure: 'We could not confirm your choice',
  check: 'Your order confirmation shows whether the item was added. Please look there before you buy it again.',
  unpaid: 'Added to your order, but not paid',
  unpaidText: 'The item is on your order, but your card could not be charged: {0} is still to be paid.',
  paymentDeclined: 'The payment for it was declined.',
  soldOut: 'It has just sold out.',
  gone: 'This offer is no longer available.',
  method: 'The way you paid cannot be used for an extra item.',
  released: 'Your order is already being prepared, so nothing can be added to it.',
  broken: 'Something went wrong on our side.',
  subscription: 'The subscription could not be set up for this order.',
  noConsent: 'Your agreement to the subscription did not arrive.',
  notKept: 'The way you paid could not be kept for the subscription.',
  noAddress: 'A subscription needs an address to send it to.',
  subscribed: 'Your order holds a subscription already, and takes no second one.',
  every: 'Every day|Every {0} days|Every week|Every {0} weeks|Every month|Every {0} months|Every year|Every {0} years',
  plan: 'Subscription',
  delivery: 'Delivery',
  payment: 'Payment',
  each: 'Each payment',
  eachAfter: 'Each payment after today',
  later: 'After {0} payments',
  shippingEach: 'Shipping each time after',
  agree: 'Please agree to the subscription above, or choose not to have it.',
};

/** @type {Texts} */
const de = {
  heading: 'Möchten Sie das noch dazu?',
  accept: 'Jetzt zahlen',
  decline: 'Nein danke',
  was: 'Ursprünglicher Preis',
  save: 'Sie sparen {0}',
  quantity: 'Menge: {0}',
  variant: 'Ausführung',
  howMany: 'Menge',
  previous: 'Voriges Bild',
  next: 'Nächstes Bild',
  ends: 'Dieses Angebot endet in {0}',
  freeShipping: 'Kostenloser Versand',
  shippingIs: 'Versand: {0}',
  wait: 'Einen Moment…',
  unpriced: 'Der Gesamtpreis konnte gerade nicht berechnet werden.',
  retry: 'Noch einmal versuchen',
  subtotal: 'Zwischensumme',
  shipping: 'Versand',
  free: 'Kostenlos',
  tax: 'Steuern',
  taxIncluded: 'Steuern (enthalten)',
  total: 'Jetzt zu zahlen',
  terms: 'Wird wie Ihre Bestellung bezahlt und ihr hinzugefügt.',
  tryAgain: 'Das hat nicht geklappt. Ihnen wurde nichts berechnet.',
  goOn: 'Weiter zur Bestellung',
  notAdded: 'Der Artikel wurde nicht hinzugefügt',
  notCharged: 'Er wurde nicht berechnet, und Ihre Bestellung bleibt unverändert.',
  used: 'Dieses Angebot wurde schon genutzt',
  unsure: 'Wir konnten Ihre Auswahl nicht bestätigen',
  check: 'Ob der Artikel hinzugefügt wurde, steht in Ihrer Bestellbestätigung. Bitte sehen Sie dort nach, bevor Sie ihn noch einmal kaufen.',
  unpaid: 'Hinzugefügt, aber nicht bezahlt',
  unpaidText: 'Der Artikel gehört zu Ihrer Bestellung, konnte aber nicht abgebucht werden: {0} sind noch zu zahlen.',
  paymentDeclined: 'Die Zahlung dafür wurde abgelehnt.',
  soldOut: 'Er ist gerade ausverkauft.',
  gone: 'Dieses Angebot ist nicht mehr verfügbar.',
  subscription: 'Das Abonnement konnte für diese Bestellung nicht eingerichtet werden.',
  noConsent: 'Ihre Zustimmung zum Abonnement ist nicht angekommen.',
  notKept: 'Ihre Zahlungsart konnte nicht für das Abonnement gespeichert werden.',
  noAddress: 'Ein Abonnement braucht eine Lieferadresse.',
  subscribed: 'Ihre Bestellung enthält schon ein Abonnement; ein zweites ist nicht möglich.',
  every: 'Jeden Tag|Alle {0} Tage|Jede Woche|Alle {0} Wochen|Jeden Monat|Alle {0} Monate|Jedes Jahr|Alle {0} Jahre',
  plan: 'Abonnement',
  delivery: 'Lieferung',
  payment: 'Zahlung',
  each: 'Jede Zahlung',
  eachAfter: 'Jede weitere Zahlung',
  later: 'Nach {0} Zahlungen',
  shippingEach: 'Versand bei jeder weiteren',
  agree: 'Bitte stimmen Sie oben dem Abonnement zu, oder lehnen Sie es ab.',
};

/** @type {Texts} */
const fr = {
  heading: 'Ajouter ceci à votre commande ?',
  accept: 'Payer maintenant',
  decline: 'Non merci',
  was: 'Prix d’origine',
  save: 'Vous économisez {0}',
  quantity: 'Quantité : {0}',
  variant: 'Modèle',
  howMany: 'Quantité',
  previous: 'Image précédente',
  next: 'Image suivante',
  ends: 'Cette offre se termine dans {0}',
  freeShipping: 'Livraison gratuite',
  shippingIs: 'Livraison : {0}',
  wait: 'Un instant…',
  unpriced: 'Le prix total n’a pas pu être calculé.',
  retry: 'Réessayer',
  subtotal: 'Sous-total',
  shipping: 'Livraison',
  free: 'Gratuite',
  tax: 'Taxes',
  taxIncluded: 'Taxes (incluses)',
  total: 'À payer maintenant',
  terms: 'Payé comme votre commande et ajouté à celle-ci.',
  tryAgain: 'Cela n’a pas fonctionné. Rien ne vous a été débité.',
  goOn: 'Continuer vers votre commande',
  notAdded: 'L’article n’a pas été ajouté',
  notCharged: 'Il n’a pas été débité et votre commande reste inchangée.',
  used: 'Cette offre a déjà été utilisée',
  unsure: 'Votre choix n’a pas pu être confirmé',
  check: 'Votre confirmation de commande indique si l’article a été ajouté. Consultez-la avant de l’acheter de nouveau.',
  unpaid: 'Ajouté à votre commande, mais non payé',
  unpaidText: 'L’article est dans votre commande, mais n’a pas pu être débité : il reste {0} à payer.',
  paymentDeclined: 'Son paiement a été refusé.',
  soldOut: 'Il vient d’être épuisé.',
  gone: 'Cette offre n’est plus disponible.',
  subscription: 'L’abonnement n’a pas pu être créé pour cette commande.',
  noConsent: 'Votre accord pour l’abonnement n’est pas arrivé.',
  notKept: 'Votre moyen de paiement n’a pas pu être conservé pour l’abonnement.',
  noAddress: 'Un abonnement demande une adresse de livraison.',
  subscribed: 'Votre commande contient déjà un abonnement et n’en accepte pas d’autre.',
  every: 'Tous les jours|Tous les {0} jours|Toutes les semaines|Toutes les {0} semaines|Tous les mois|Tous les {0} mois|Tous les ans|Tous les {0} ans',
  plan: 'Abonnement',
  delivery: 'Livraison',
  payment: 'Paiement',
  each: 'Chaque paiement',
  eachAfter: 'Chaque paiement suivant',
  later: 'Après {0} paiements',
  shippingEach: 'Frais de livraison suivants',
  agree: 'Acceptez l’abonnement ci-dessus, ou refusez-le.',
};

/** @type {Record<string, Texts>} */
export const LANGUAGES = {en, de, fr};

/**
 * Words for one page: the offer's own where it brings them, else the language's.
 *
 * @param {string} locale of the checkout, "de" or "de-AT"
 * @param {Record<string, unknown> | null} [own] `offer.texts`
 * @returns {Texts}
 */
export function textsFor(locale, own) {
  /** @type {any} */
  const texts = Object.assign({}, LANGUAGES[String(locale).slice(0, 2).toLowerCase()] || en);
  Object.keys(own || {}).forEach((key) => {
    if (own && typeof own[key] === 'string' && own[key]) texts[key] = own[key];
  });
  return texts;
}

/**
 * @param {string} text
 * @param {string | number} value put where "{0}" stands
 * @returns {string}
 */
export function fill(text, value) {
  return text.split('{0}').join(String(value));
}
