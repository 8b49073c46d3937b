"""Small post-purchase bundles, written as a browser gets them: each shows one thing the host must do."""

# Asks the test's own signer, as an app's server would; `$VARIANT` is the variant on offer.
OFFER = """
(() => {
  const ORIGIN = '$ORIGIN', VARIANT = $VARIANT;
  const changes = [{type: 'add_variant', variantId: VARIANT, quantity: 1,
    discount: {value: 20, valueType: 'percentage', title: 'Thank-you price'}}];

  self.shopify.extend('Checkout::PostPurchase::ShouldRender', async ({inputData, storage}) => {
    const amount = inputData.initialPurchase.totalPriceSet.presentmentMoney.amount;
    const currency = inputData.initialPurchase.totalPriceSet.presentmentMoney.currencyCode;
    console.log(`asked ${amount} ${currency} ${inputData.initialPurchase.destinationCountryCode}`);
    await storage.update({greeting: 'from ShouldRender'});
    return {render: true};
  });

  self.shopify.extend('Checkout::PostPurchase::Render', async (root, api) => {
    const {inputData, storage, calculateChangeset, applyChangeset, done} = api;
    const text = (words) => root.createComponent('TextBlock', {}, [words]);
    const status = root.createText('');
    const banner = root.createComponent('Banner', {status: 'info', title: 'A small extra'}, [status]);
    const price = root.createText('');
    const accept = root.createComponent('Button', {}, ['Pay now']);
    const decline = root.createComponent('Button', {subdued: true, onPress: () => done()}, ['No thanks']);
    accept.updateProps({onPress: async () => {
      accept.updateProps({loading: true, loadingLabel: 'Paying'});
      const response = await fetch(`${ORIGIN}/test/sign`, {
        method: 'POST', headers: {'Content-Type': 'application/json'},
        body: JSON.stringify({reference: inputData.initialPurchase.referenceId, changes}),
      });
      const {token} = await response.json();
      try {
        const {status: outcome, errors} = await applyChangeset(token);
        accept.updateProps({loading: false});
        status.updateText([outcome, ...errors.map((error) => error.code)].join(' '));
        if (outcome === 'processed') await done();
      } catch (error) {
        accept.updateProps({loading: false});
        status.updateText('no answer');
      }
    }});
    root.appendChild(root.createComponent('BlockStack', {spacing: 'loose'}, [
      root.createComponent('CalloutBanner', {title: 'One more thing'}, [
        root.createComponent('Text', {emphasized: true}, ['Only for this order']),
      ]),
      root.createComponent('Layout', {
        media: [{viewportSize: 'small', sizes: [1, 1]}, {viewportSize: 'medium', sizes: ['fill', 'fill']},
                {viewportSize: 'large', sizes: [0.5, 0.5]}],
      }, [
        root.createComponent('View', {blockPadding: 'base', inlinePadding: 'base'}, [
          root.createComponent('Image', {
            source: `${ORIGIN}/cdn/pictures/$PRODUCT.svg`, description: 'The offered article', aspectRatio: 1,
          }),
        ]),
        root.createComponent('BlockStack', {}, [
          root.createComponent('Heading', {}, ['An article that goes with it']),
          text(`stored: ${storage.initialData ? storage.initialData.greeting : 'nothing'}`),
          root.createComponent('TextBlock', {subdued: true}, [price]),
          banner, accept, decline,
        ]),
      ]),
    ]));
    const {calculatedPurchase, errors} = await calculateChangeset({changes});
    const amount = (set) => set.presentmentMoney.amount;
    const {totalOutstandingSet: total, addedTaxLines: taxes} = calculatedPurchase || {};
    price.updateText(total ? `Total ${amount(total)}, VAT ${amount(taxes[0].priceSet)}` : errors[0].code);
  });
})();
"""

# Says which global names it finds, one per line of its page.
GLOBALS = """
self.shopify.extend('Checkout::PostPurchase::ShouldRender', () => ({render: true}));
self.shopify.extend('Checkout::PostPurchase::Render', (root) => {
  const names = $NAMES;
  const own = Object.getOwnPropertyNames(Object.getPrototypeOf(self)).filter((name) => name !== 'constructor');
  for (const name of names) {
    root.appendChild(root.createComponent('TextBlock', {}, [`${name}: ${typeof self[name]}`]));
  }
  root.appendChild(root.createComponent('TextBlock', {}, [`inherited: ${own.join(',')}`]));
});
"""

# Every component once, with the callbacks' values shown as they arrive.
EVERYTHING = """
self.shopify.extend('Checkout::PostPurchase::ShouldRender', () => ({render: true}));
self.shopify.extend('Checkout::PostPurchase::Render', (root) => {
  const c = (type, props, children) => root.createComponent(type, props || {}, children || []);
  const heard = root.createText('nothing yet');
  const say = (words) => heard.updateText(words);
  // A field that keeps what it is told, as extensions must.
  const keeping = (type, prop, name, props, children) => {
    const made = c(type, props, children);
    made.updateProps({onChange: (value) => { made.updateProps({[prop]: value}); say(`${name} ${value}`); }});
    return made;
  };
  const dot = 'data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"/>';
  const check = keeping('Checkbox', 'checked', 'gift', {name: 'gift'}, ['Wrap it']);
  const stubborn = c('Checkbox', {checked: false, onChange: () => say('stubborn')}, ['Not to be ticked']);
  const field = keeping('TextField', 'value', 'typed', {
    label: 'Your name', name: 'name', autocomplete: {field: 'given-name'}, required: true,
    tooltip: {label: 'Why', content: 'For the card'}, onInput: (value) => say(`typing ${value}`),
  });
  const select = keeping('Select', 'value', 'colour', {
    label: 'Colour', value: '', placeholder: 'Choose',
    options: [{value: 'r', label: 'Red'}, {value: 'g', label: 'Green'}],
  });
  const radio = keeping('Radio', 'value', 'radio', {name: 'size', value: false}, ['Large']);
  const consent = keeping('BuyerConsent', 'checked', 'consent', {policy: 'subscriptions', checked: false});
  const list = c('BlockStack', {}, [c('TextBlock', {}, ['first']), c('TextBlock', {}, ['second'])]);
  const shuffle = c('Button', {plain: true, onPress: () => {
    list.insertChildBefore(list.children[1], list.children[0]);
    list.appendChild(c('TextBlock', {}, ['third']));
    say('shuffled');
  }}, ['Shuffle']);
  const busy = c('Button', {loadingLabel: 'Working on it'}, ['Start']);
  busy.updateProps({onPress: () => busy.updateProps({loading: true})});

  root.appendChild(c('TextContainer', {alignment: 'leading'}, [
    c('Heading', {}, ['Everything']), c('TextBlock', {id: 'heard'}, [heard]),
  ]));
  root.appendChild(c('HeadingGroup', {}, [
    c('Heading', {level: 2}, ['Nested']),
    c('Tiles', {maxPerLine: 3, breakAt: 400, spacing: 'tight'}, [c('View', {}, ['one']), c('View', {}, ['two'])]),
    c('Bookend', {trailing: true}, [c('Text', {}, ['Subtotal']), c('Text', {emphasized: true}, ['£1.00'])]),
    c('InlineStack', {alignment: 'center'}, [
      c('Spinner', {size: 'small'}),
      c('Text', {appearance: 'success'}, ['fine']),
      c('Text', {role: 'deletion'}, ['£2.00']),
      c('Text', {role: {type: 'datetime', machineReadable: '2026-11-23'}}, ['today']),
      c('Text', {role: {type: 'abbreviation', for: 'Value added tax'}}, ['VAT']),
    ]),
    c('Separator', {width: 'thin'}),
    c('VisuallyHidden', {}, ['Only heard']),
    c('HiddenForAccessibility', {}, ['Only seen']),
    c('Image', {source: dot, decorative: true, sources: [{source: dot, viewportSize: 'small', resolution: 2}]}),
    c('Link', {to: 'https://example.com/', external: true}, ['Away']),
    c('Link', {onPress: () => say('link')}, ['Pressed here']),
    c('Button', {to: 'https://example.com/'}, ['Button away']),
    c('ButtonGroup', {}, [busy, shuffle]),
    c('Banner', {status: 'warning', title: 'Careful', collapsible: true}, ['Inside']),
    c('CalloutBanner', {border: 'none', background: 'transparent', alignment: 'leading'}, ['Plain callout']),
    c('Layout', {sizes: ['fill', 'auto', 0.25], media: [{viewportSize: 'small', sizes: [1]}]}, [
      c('View', {}, ['rest']), c('View', {}, ['own']), c('View', {}, ['quarter']),
    ]),
    list,
  ]));
  root.appendChild(c('Form', {onSubmit: () => say('submitted'), implicitSubmit: 'Send it'}, [
    c('FormLayout', {}, [
      c('FormLayoutGroup', {}, [field, select]), check, stubborn, radio, consent,
      c('TextField', {label: 'Message', multiline: true, error: 'Too short'}), c('Button', {submit: true}, ['Send']),
    ]),
  ]));
});
"""

WRONG_PROP = """
self.shopify.extend('Checkout::PostPurchase::ShouldRender', () => ({render: true}));
self.shopify.extend('Checkout::PostPurchase::Render', (root) => {
  root.appendChild(root.createComponent('Button', {kind: 'fancy', plain: 'yes'}, ['Odd']));
});
"""

# Reads what the typings do not promise; `email` is one a careless extension might hope for.
WRONG_NAMES = """
self.shopify.extend('Checkout::PostPurchase::ShouldRender', () => ({render: true}));
self.shopify.extend('Checkout::PostPurchase::Render', async (root, api) => {
  const said = [api.inputData.initialPurchase.email, api.buyer, api.inputData.initialPurchase.lineItems[0].sku];
  const {calculatedPurchase} = await api.calculateChangeset({changes: [
    {type: 'add_variant', variantId: $VARIANT, quantity: 1},
  ]});
  said.push(calculatedPurchase.discount);
  root.appendChild(root.createComponent('TextBlock', {}, [String(said.every((each) => each === undefined))]));
});
"""

WRONG_COMPONENT = """
self.shopify.extend('Checkout::PostPurchase::ShouldRender', () => ({render: true}));
self.shopify.extend('Checkout::PostPurchase::Render', (root) => {
  root.appendChild(root.createComponent('Carousel', {}, []));
});
"""

SPEAKS_LATER = """
self.shopify.extend('Checkout::PostPurchase::ShouldRender', () => ({render: true}));
self.shopify.extend('Checkout::PostPurchase::Render', (root) => {
  root.appendChild(root.createComponent('TextBlock', {}, ['drawn']));
  Promise.reject(new Error('nobody caught this'));
});
"""

NEVER_ANSWERS = """
self.shopify.extend('Checkout::PostPurchase::ShouldRender', () => new Promise(() => {}));
"""

THROWS = """
self.shopify.extend('Checkout::PostPurchase::ShouldRender', async () => { throw new Error('boom'); });
"""

SAYS_NO = """
self.shopify.extend('Checkout::PostPurchase::ShouldRender', () => ({render: false}));
"""

BROKEN = "this is no script ("
