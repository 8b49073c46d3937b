// Which components exist and what each prop may be. `host/check_typings.mjs` compares this with Shopify's own typings.

const FLAG = 'boolean';
const TEXT = 'string';
const NUMBER = 'number';
const CALL = 'function';
const LIST = 'list';
const ANY = 'any'; // a shape of its own: checked by the drawing

const STACK_SPACING = ['xtight', 'tight', 'loose', 'xloose'];
const STACK_ALIGNMENT = ['leading', 'center', 'trailing'];
const LINE_ALIGNMENT = [...STACK_ALIGNMENT, 'baseline'];
const TEXT_SIZE = ['small', 'medium', 'large', 'xlarge'];
const APPEARANCE = ['critical', 'warning', 'success'];
const FIELD = {id: TEXT, name: TEXT};

export const COMPONENTS = {
  Banner: {title: TEXT, status: ['info', 'success', 'warning', 'critical'], collapsible: FLAG, iconHidden: FLAG},
  BlockStack: {alignment: STACK_ALIGNMENT, spacing: STACK_SPACING},
  Bookend: {leading: FLAG, trailing: FLAG, alignment: LINE_ALIGNMENT, spacing: STACK_SPACING},
  Button: {
    submit: FLAG, to: TEXT, subdued: FLAG, plain: FLAG, loading: FLAG, loadingLabel: TEXT, disabled: FLAG, onPress: CALL,
  },
  ButtonGroup: {},
  BuyerConsent: {checked: FLAG, error: TEXT, policy: ['subscriptions'], onChange: CALL},
  CalloutBanner: {
    title: TEXT, border: ['none', 'block'], background: ['secondary', 'transparent'], alignment: STACK_ALIGNMENT,
    spacing: ['none', 'tight', 'loose'],
  },
  Checkbox: {...FIELD, value: FLAG, checked: FLAG, disabled: FLAG, error: TEXT, accessibilityLabel: TEXT, onChange: CALL},
  Form: {disabled: FLAG, implicitSubmit: ANY, onSubmit: CALL},
  FormLayout: {},
  FormLayoutGroup: {},
  Heading: {id: TEXT, level: [1, 2, 3], role: ['presentation']},
  HeadingGroup: {},
  HiddenForAccessibility: {},
  Image: {
    source: TEXT, sources: LIST, description: TEXT, loading: ['eager', 'lazy'], bordered: FLAG, aspectRatio: NUMBER,
    fit: ['cover', 'contain'], decorative: FLAG,
  },
  InlineStack: {alignment: LINE_ALIGNMENT, spacing: STACK_SPACING},
  Layout: {
    inlineAlignment: ['leading', 'trailing'], blockAlignment: ['center', 'trailing'], maxInlineSize: NUMBER, sizes: LIST, media: LIST,
  },
  Link: {to: TEXT, external: FLAG, id: TEXT, onPress: CALL},
  Radio: {...FIELD, value: FLAG, checked: FLAG, disabled: FLAG, accessibilityLabel: TEXT, onChange: CALL},
  Select: {
    ...FIELD, label: TEXT, value: TEXT, options: LIST, required: FLAG, disabled: FLAG, error: TEXT, autocomplete: ANY,
    placeholder: TEXT, onChange: CALL,
  },
  Separator: {width: ['thin', 'medium', 'thick', 'xthick'], direction: ['horizontal', 'vertical']},
  Spinner: {size: ['small', 'large'], color: ['inherit']},
  Text: {size: TEXT_SIZE, emphasized: FLAG, subdued: FLAG, role: ANY, id: TEXT, appearance: APPEARANCE},
  TextBlock: {size: TEXT_SIZE, emphasized: FLAG, subdued: FLAG, id: TEXT, appearance: APPEARANCE},
  TextContainer: {spacing: ['none', 'tight', 'loose'], alignment: STACK_ALIGNMENT},
  TextField: {
    ...FIELD, label: TEXT, value: TEXT, type: ['text', 'email', 'number', 'telephone'], required: FLAG, error: TEXT,
    multiline: FLAG, autocomplete: ANY, tooltip: ANY, onFocus: CALL, onBlur: CALL, onChange: CALL, onInput: CALL,
  },
  Tiles: {maxPerLine: NUMBER, breakAt: NUMBER, alignment: LINE_ALIGNMENT, spacing: ['none', ...STACK_SPACING]},
  View: {
    inlinePadding: ['extraTight', 'tight', 'base', 'loose', 'extraLoose'],
    blockPadding: ['extraTight', 'tight', 'base', 'loose', 'extraLoose'],
  },
  VisuallyHidden: {},
};

/** Returns what is wrong with `props` of a component, one sentence each; none when all is well. */
export function complaints(type, props) {
  const allowed = COMPONENTS[type];
  if (!allowed) return [`unknown component ${type}`];
  const found = [];
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === undefined || value === null) continue;
    if (!(name in allowed)) found.push(`${type} has no prop ${name}`);
    else if (!fits(allowed[name], value)) found.push(`${type}.${name} cannot be ${JSON.stringify(value) ?? typeof value}`);
  }
  return found;
}

function fits(rule, value) {
  if (rule === ANY) return true;
  if (rule === LIST) return Array.isArray(value);
  if (Array.isArray(rule)) return rule.includes(value);
  return typeof value === rule;
}
