import {freshId, make, put} from './dom.js';

const banner = {
  shape: ({collapsible}) => (collapsible ? 'details' : 'div'),
  create(props, {tell}) {
    const element = make('div', 'banner');
    const title = make(props.collapsible ? 'summary' : 'p', 'banner-title');
    const slot = make('div', 'banner-body');
    const dismiss = make('button', 'banner-dismiss', {type: 'button', 'aria-label': 'Dismiss'});
    dismiss.textContent = '×';
    dismiss.addEventListener('click', () => {
      element.hidden = true;
      tell('dismiss', {props: {hidden: true}});
      tell('afterhide', {props: {hidden: true}});
    });
    const inside = props.collapsible ? make('details') : make('div');
    inside.append(title, slot);
    element.append(inside, dismiss);
    return {element, slot, title, dismiss};
  },
  update({element, title, dismiss}, {heading, tone, dismissible, hidden}) {
    const urgent = tone === 'critical' || tone === 'warning';
    put(element, {'data-tone': tone ?? 'auto', role: urgent ? 'alert' : 'status'});
    element.hidden = Boolean(hidden);
    title.textContent = heading ?? '';
    title.hidden = !heading && title.tagName !== 'SUMMARY';
    dismiss.hidden = !dismissible;
  },
};

/** An element that lies over the page: its id can be told to show, hide and toggle. */
function overlay(kind) {
  return {
    create(props, {tell, overlays}) {
      const element = make('dialog', kind);
      const head = make('div', 'dialog-head');
      const heading = make('h2', 'heading', {id: freshId(kind)});
      const close = make('button', 'dialog-close', {type: 'button', 'aria-label': 'Close'});
      const slot = make('div', 'dialog-body');
      const foot = make('div', 'dialog-foot');
      const secondary = make('div', 'dialog-secondary');
      const primary = make('div', 'dialog-primary');
      close.textContent = '×';
      head.append(heading, close);
      foot.append(secondary, primary);
      element.append(head, slot, foot);
      const show = () => {
        if (element.open) return;
        element.showModal();
        tell('show');
        tell('aftershow');
      };
      const hide = () => element.open && element.close();
      const toggle = () => (element.open ? hide() : show());
      element.addEventListener('close', () => {
        tell('hide');
        tell('afterhide');
      });
      close.addEventListener('click', hide);
      return {
        element, heading, slot, slots: {'primary-action': primary, 'secondary-actions': secondary}, show,
        methods: {hideOverlay: hide},
        register: () => overlays.register(props.id, {show, hide, toggle, auto: toggle}),
      };
    },
    update({element, heading, register}, props) {
      heading.textContent = props.heading ?? '';
      const named = props.accessibilityLabel;
      put(element, {'aria-label': named, 'aria-labelledby': named ? undefined : heading.id});
      if (kind === 'modal') put(element, {'data-size': props.size, 'data-padding': props.padding});
      register();
    },
  };
}

const sheet = overlay('sheet');

const popover = {
  create(props, {tell, overlays}) {
    const element = make('div', 'popover', {hidden: true, role: 'group', tabindex: -1});
    const show = () => {
      element.hidden = false;
      element.focus();
      tell('show');
    };
    const hide = () => {
      if (element.hidden) return;
      element.hidden = true;
      tell('hide');
    };
    const toggle = () => (element.hidden ? show() : hide());
    element.addEventListener('keydown', (event) => event.key === 'Escape' && hide());
    return {element, register: () => overlays.register(props.id, {show, hide, toggle, auto: toggle})};
  },
  update({element, register}, props) {
    for (const name of ['blockSize', 'inlineSize', 'maxBlockSize', 'maxInlineSize', 'minBlockSize', 'minInlineSize']) {
      element.style[name] = props[name] ?? '';
    }
    register();
  },
};

const tooltip = {
  create(props, {overlays}) {
    const element = make('span', 'tooltip', {role: 'tooltip', id: freshId('tooltip'), hidden: true});
    const show = (from) => {
      element.hidden = false;
      put(from, {'aria-describedby': element.id});
    };
    const hide = () => {
      element.hidden = true;
    };
    return {element, register: () => overlays.register(props.id, {show, hide})};
  },
  update: ({register}) => register(),
};

const details = {
  create(props, {tell}) {
    const element = make('details', 'details');
    if (props.open || props.defaultOpen) element.open = true;
    element.addEventListener('toggle', (event) => {
      const told = {props: {open: element.open}, detail: {oldState: event.oldState, newState: event.newState}};
      tell('toggle', told);
      tell('aftertoggle', told);
    });
    return {element};
  },
  update({element}, {open, toggleTransition}) {
    if (typeof open === 'boolean') element.open = open;
    put(element, {'data-transition': toggleTransition});
  },
};

const progress = {
  create: () => ({element: make('progress', 'progress'), slot: make('span')}),
  update({element}, {value, max, accessibilityLabel, tone}) {
    put(element, {value, max: max ?? 1, 'aria-label': accessibilityLabel ?? 'Progress', 'data-tone': tone});
  },
};

const skeleton = {
  create() {
    const element = make('p', 'skeleton', {'aria-hidden': 'true'});
    return {element, slot: make('span')};
  },
  update({element}, {content}) {
    element.textContent = content ?? '';
  },
};

export const notices = {
  's-banner': banner, 's-modal': overlay('modal'), 's-popover': popover, 's-tooltip': tooltip, 's-details': details,
  's-sheet': {
    ...sheet,
    arrange(part, {defaultOpen}) {
      if (!defaultOpen || part.wasOpened) return;
      part.wasOpened = true;
      requestAnimationFrame(() => part.element.isConnected && part.show());
    },
  },
  's-summary': {create: () => ({element: make('summary', 'summary')}), update() {}},
  's-progress': progress,
  's-spinner': {
    create: () => ({element: make('span', 'spinner', {role: 'img'}), slot: make('span')}),
    update: ({element}, {size, accessibilityLabel}) => put(element, {'data-size': size, 'aria-label': accessibilityLabel ?? 'Loading'}),
  },
  's-skeleton-paragraph': skeleton,
  's-announcement': {create: () => ({element: make('div', 'announcement', {role: 'status'})}), update() {}},
};
