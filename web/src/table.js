// A table of any number of rows: only those in sight are in the page.

import { h, spoken } from './dom.js';

const OVER = 8; // rows drawn beyond each end of what is in sight
const TALLEST = 12_000_000; // px; browsers stop at some 16 to 33 million

/**
 * A table that draws the rows in sight.
 *
 * `columns` are { key, label, sortable, cell(item) }; `label` names the table; `sort` is { key, down }; `onSort(key)` is
 * called when a head is pressed. The result has `element`, `show(items, sort)` and `stop()`.
 */
export function virtualTable({ columns, label, sort, onSort, empty = 'Nothing matches.' }) {
  let items = [];
  let height = 44;
  let scale = 1;
  let drawn = new Map();
  const heads = columns.map((each) => head(each, onSort));
  const headRow = h('div', { role: 'row', class: 'vt-row vt-head', 'aria-rowindex': '1' }, heads.map((each) => each.element));
  const body = h('div', { role: 'rowgroup', class: 'vt-body' });
  const none = h('p', { class: 'vt-empty', hidden: true }, empty);
  const scroller = h('div', { class: 'vt-scroll', tabindex: '0', role: 'region', 'aria-label': `${label}: rows` }, h('div', { role: 'table', 'aria-label': label, class: 'vt-table' }, h('div', { role: 'rowgroup', class: 'vt-top' }, headRow), body));
  const element = h('div', { class: 'vt' }, scroller, none);

  function row(number) {
    return h('div', { role: 'row', class: 'vt-row', 'aria-rowindex': String(number + 2) },
      columns.map((each) => h('div', { role: 'cell', class: `vt-cell c-${each.key}` }, each.cell(items[number]))));
  }

  function draw() {
    const top = scroller.scrollTop / scale;
    const count = Math.ceil(scroller.clientHeight / height) + 1;
    const first = Math.max(0, Math.min(Math.floor(scale === 1 ? top / height : (scroller.scrollTop / Math.max(1, scroller.scrollHeight - scroller.clientHeight)) * (items.length - count + 2)), items.length) - OVER);
    const last = Math.min(items.length, first + count + 2 * OVER);
    for (const [number, each] of drawn) {
      if (number < first || number >= last) {
        each.remove();
        drawn.delete(number);
      }
    }
    let after = null;
    for (let number = first; number < last; number++) {
      let each = drawn.get(number);
      if (!each) {
        each = row(number);
        drawn.set(number, each);
        // rows stand in their order also for those who read the page, not only where they are drawn
        if (after) after.after(each);
        else body.prepend(each);
      }
      each.style.setProperty('top', `${scale === 1 ? number * height : scroller.scrollTop + (number - first - OVER) * height}px`);
      after = each;
    }
  }

  function measure() {
    const found = parseFloat(getComputedStyle(element).getPropertyValue('--row'));
    height = Number.isFinite(found) ? found : 44;
    const whole = items.length * height;
    scale = whole > TALLEST ? TALLEST / whole : 1;
    body.style.setProperty('height', `${Math.min(whole, TALLEST)}px`);
    for (const each of drawn.values()) each.remove();
    drawn = new Map();
    draw();
  }

  let waiting = false;
  scroller.addEventListener('scroll', () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      draw();
    });
  });
  const watcher = new ResizeObserver(measure);
  watcher.observe(element);

  function show(list, chosen) {
    items = list;
    none.hidden = list.length > 0;
    scroller.hidden = list.length === 0;
    scroller.querySelector('[role=table]').setAttribute('aria-rowcount', String(list.length + 1));
    if (chosen) heads.forEach((each) => each.sorted(chosen));
    scroller.scrollTop = 0;
    measure();
  }
  if (sort) heads.forEach((each) => each.sorted(sort));
  return { element, show, stop: () => watcher.disconnect() };
}

function head(column, onSort) {
  const cell = h('div', { role: 'columnheader', class: `vt-cell c-${column.key}` });
  if (!column.sortable) {
    cell.append(column.label ? column.label : spoken('Actions'));
    return { element: cell, sorted: () => {} };
  }
  const arrow = h('span', { class: 'arrow', 'aria-hidden': 'true' });
  cell.append(h('button', { type: 'button', on: { click: () => onSort(column.key) } }, column.label, arrow));
  return {
    element: cell,
    sorted: ({ key, down }) => {
      const mine = key === column.key;
      cell.setAttribute('aria-sort', mine ? (down ? 'descending' : 'ascending') : 'none');
      arrow.textContent = mine ? (down ? '↓' : '↑') : '';
    },
  };
}
