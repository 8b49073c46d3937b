// Every component that has a stand-in, once, with what is heard from it said in a line at the top.
import '@shopify/ui-extensions/preact';
import {render} from 'preact';
import {useState} from 'preact/hooks';

const DOT = 'data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"/>';

export default () => {
  render(<Everything />, document.body);
};

function Everything() {
  const [heard, say] = useState('nothing yet');
  const hear = (name, read = (event) => event.currentTarget.value) => (event) => say(`${name} ${read(event)}`);
  return (
    <>
      <s-paragraph id="heard">{`Heard: ${heard}`}</s-paragraph>
      <s-section heading="Words">
        <s-heading>Nested</s-heading>
        <s-paragraph type="small" color="subdued" tone="critical" textAlign="end" dir="auto" lang="en">
          Small <s-text type="strong">strong</s-text> <s-text type="redundant">£2.00</s-text> <s-text type="mark">marked</s-text>{' '}
          <s-text type="address">address</s-text> <s-text accessibilityVisibility="exclusive">Only heard</s-text>{' '}
          <s-text accessibilityVisibility="hidden">Only seen</s-text> <s-time dateTime="2026-11-29">today</s-time>{' '}
          <s-abbreviation title="Value added tax">VAT</s-abbreviation>
        </s-paragraph>
        <s-badge tone="critical" icon="check" iconPosition="end" size="base">Badge</s-badge>
        <s-chip accessibilityLabel="A chip">Chip</s-chip>
        <s-clickable-chip removable accessibilityLabel="Filter" onClick={() => say('chip')} onRemove={() => say('chip removed')}>
          Filter
        </s-clickable-chip>
        <s-unordered-list><s-list-item>one</s-list-item><s-list-item>two</s-list-item></s-unordered-list>
        <s-ordered-list><s-list-item>first</s-list-item></s-ordered-list>
      </s-section>
      <s-section heading="Places" padding="base">
        <s-query-container>
          <s-stack direction="@container (inline-size > 400px) inline, block" gap="base large" alignItems="center" justifyContent="space-between">
            <s-box background="subdued" border="base base dashed" borderRadius="large none" padding="small base" inlineSize="100px">box</s-box>
            <s-box minInlineSize="50px" accessibilityRole="status">status</s-box>
          </s-stack>
        </s-query-container>
        <s-grid gridTemplateColumns="1fr 2fr" gap="small" alignItems="start">
          <s-grid-item gridColumn="span 2">wide</s-grid-item>
          <s-grid-item>narrow</s-grid-item>
        </s-grid>
        <s-scroll-box blockSize="40px" accessibilityLabel="To be scrolled"><s-paragraph>long</s-paragraph></s-scroll-box>
        <s-divider direction="inline" />
      </s-section>
      <s-section heading="Pictures">
        <s-image src={DOT} alt="A dot" aspectRatio="1/2" objectFit="cover" borderRadius="base" border="base" inlineSize="auto" loading="lazy" />
        <s-image src={DOT} accessibilityRole="presentation" inlineSize="auto" />
        <s-product-thumbnail src={DOT} alt="Goods" totalItems={3} size="small" />
        <s-icon type="check" tone="success" size="large" />
        <s-qr-code content="https://example.com" accessibilityLabel="Code" size="base" />
        <s-payment-icon type="visa" />
      </s-section>
      <s-section heading="Pressed">
        <s-button variant="primary" onClick={() => say('primary')}>Primary</s-button>
        <s-button href="https://example.com/" target="_blank">Away</s-button>
        <s-button loading onClick={() => say('never')}>Busy</s-button>
        <s-button disabled tone="critical">Off</s-button>
        <s-press-button onClick={hear('pressed', (event) => event.currentTarget.pressed)}>Keep</s-press-button>
        <s-link onClick={() => say('link')}>Pressed here</s-link> <s-link href="https://example.com/" target="_blank">A link</s-link>
        <s-clickable padding="base" border="base" onClick={() => say('clickable')}><s-text>All of this</s-text></s-clickable>
        <s-button commandFor="copied">Copy</s-button><s-clipboard-item id="copied" text="CODE10" onCopy={() => say('copied')} />
      </s-section>
      <s-section heading="Notices">
        <s-banner heading="Careful" tone="warning" dismissible onDismiss={() => say('dismissed')}>Inside</s-banner>
        <s-banner heading="Fold" collapsible>Folded</s-banner>
        <s-button commandFor="modal">Open it</s-button>
        <s-modal id="modal" heading="A modal" size="small" onShow={() => say('shown')} onHide={() => say('hidden')}>
          <s-paragraph>In the modal</s-paragraph>
          <s-button slot="primary-action" commandFor="modal" command="--hide">Done</s-button>
        </s-modal>
        <s-button commandFor="sheet" command="--show">Open the sheet</s-button>
        <s-sheet id="sheet" heading="A sheet" onHide={() => say('sheet hidden')}>
          <s-button id="inside" onClick={(event) => event.currentTarget.parentNode.hideOverlay()}>Away with it</s-button>
        </s-sheet>
        <s-button commandFor="pop">More</s-button><s-popover id="pop" maxInlineSize="200px">Popped</s-popover>
        <s-button interestFor="tip">Hover me</s-button><s-tooltip id="tip">A tip</s-tooltip>
        <s-details onToggle={(event) => say(`details ${event.newState}`)}><s-summary>Details</s-summary><s-paragraph>Detailed</s-paragraph></s-details>
        <s-progress value={0.4} max={1} accessibilityLabel="So far" /><s-spinner size="small" accessibilityLabel="Working" />
        <s-skeleton-paragraph content="a line of words" />
      </s-section>
      <s-section heading="Fields">
        <s-form onSubmit={() => say('submitted')}>
          <Keeping hear={hear} />
          <s-email-field label="E-mail" placeholder="you" autocomplete="email" required />
          <s-phone-field label="Phone" /><s-password-field label="Secret" /><s-url-field label="Address" /><s-date-field label="Day" />
          <s-money-field label="Amount" min={0} /><s-text-area label="Message" rows={2} error="Too short" />
          <s-number-field label="How many" min={1} max={9} step={1} suffix="pieces" onChange={hear('number')} />
          <s-consent-phone-field policy="sms-marketing" label="Mobile" />
          <s-select label="Colour" placeholder="Choose" onChange={hear('colour')}>
            <s-option value="r">Red</s-option><s-option value="g">Green</s-option>
          </s-select>
          <s-checkbox label="Wrap it" onChange={hear('gift', (event) => event.currentTarget.checked)} />
          <s-switch label="Turn on" onChange={hear('switch', (event) => event.currentTarget.checked)} />
          <s-consent-checkbox policy="sms-marketing" label="Text me" onChange={hear('consent', (event) => event.currentTarget.checked)} />
          <Sizes say={say} />
          <s-choice-list label="Extras" multiple onChange={hear('extras', (event) => event.currentTarget.values.join())}>
            <s-choice value="card">Card</s-choice><s-choice value="ribbon">Ribbon</s-choice>
          </s-choice-list>
          <s-button type="submit">Send</s-button>
        </s-form>
      </s-section>
    </>
  );
}

/** A field that keeps what it is told in upper case, and lives on while its neighbours come and go. */
function Keeping({hear}) {
  const [name, setName] = useState('');
  return (
    <>
      {name.length % 2 === 1 && <s-paragraph>odd</s-paragraph>}
      <s-text-field
        label="Your name" prefix="Mx" value={name} onInput={(event) => setName(event.currentTarget.value.toUpperCase())} onChange={hear('typed')}
      />
    </>
  );
}

/** A list whose choice is kept by the block. */
function Sizes({say}) {
  const [values, setValues] = useState(['m']);
  const choose = (event) => {
    setValues(event.currentTarget.values);
    say(`size ${event.currentTarget.values.join()}`);
  };
  return (
    <s-choice-list label="Size" name="size" values={values} onChange={choose}>
      <s-choice value="s">Small<s-text slot="secondaryContent">36</s-text></s-choice>
      <s-choice value="m">Medium</s-choice>
    </s-choice-list>
  );
}
