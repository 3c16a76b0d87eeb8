// Elements made from plain values. Text is always set as text: nothing here, or elsewhere, parses markup.

import { pieces, visible } from './text.js';

const SVG = 'http://www.w3.org/2000/svg';

/** An HTML element. `attrs` may hold `class`, `style` (an object), `on` (event → function) and any attribute. */
export function h(tag, attrs, ...children) {
  return fill(document.createElement(tag), attrs, children);
}

/** An SVG element, as `h`. */
export function s(tag, attrs, ...children) {
  return fill(document.createElementNS(SVG, tag), attrs, children);
}

function fill(element, attrs, children) {
  for (const [name, value] of Object.entries(attrs ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name === 'on') {
      for (const [event, run] of Object.entries(value)) element.addEventListener(event, run);
    } else if (name === 'style') {
      for (const [property, each] of Object.entries(value)) element.style.setProperty(property, each);
    } else if (name === 'href' && !/^(https:\/\/|#|blob:)/.test(value)) {
      continue; // only pages of the catalogue's, views of this page, and its own exports
    } else {
      element.setAttribute(name, value === true ? '' : String(value));
    }
  }
  append(element, children);
  return element;
}

export function append(element, children) {
  for (const each of children.flat(Infinity)) {
    if (each === null || each === undefined || each === false) continue;
    element.append(each);
  }
  return element;
}

export function clear(element, ...children) {
  element.replaceChildren();
  return append(element, children);
}

/** Text from the estate: isolated from the direction of what stands around it, control characters as escapes. */
export function shown(text, attrs) {
  const parts = pieces(text).map((each) => (each.escape ? h('span', { class: 'esc' }, each.text) : each.text));
  return h('bdi', attrs, parts);
}

/** A link out of the page, to a page that the catalogue cites. */
export function source(url, label = 'Source') {
  if (!url || !url.startsWith('https://')) return null;
  return h('a', { class: 'source', href: url, rel: 'noreferrer noopener', target: '_blank' }, label, h('span', { class: 'vh' }, ` (${visible(url)}, opens a new tab)`));
}

/** A word that only screen readers say. */
export function spoken(text) {
  return h('span', { class: 'vh' }, text);
}

export function saveAs(name, type, parts) {
  const url = URL.createObjectURL(new Blob(parts, { type }));
  const link = h('a', { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
