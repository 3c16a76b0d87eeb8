// Starts the page: reads the data, draws the frame, and shows the view that the address names.

import { load } from './data.js';
import { clear, h, s } from './dom.js';
import { link, route } from './router.js';
import { themeButton } from './theme.js';
import { views } from './views/index.js';

async function start() {
  const app = document.getElementById('app');
  let model;
  try {
    model = await load();
  } catch (error) {
    clear(app, h('main', { class: 'wait' }, h('h1', null, 'Demarcate'), h('p', null, `This report cannot be read: ${error.message}. A browser of 2023 or newer is needed.`)));
    return;
  }
  const shownViews = views.filter((each) => each.nav && (!each.when || each.when(model)));
  const main = h('main', { id: 'main', tabindex: '-1' });
  const links = new Map(shownViews.map((each) => [each.id, h('a', { href: link(each.id) }, each.nav, each.count ? h('span', { class: 'nav-count' }, each.count(model)) : null)]));
  clear(
    app,
    h('button', { class: 'skip', type: 'button', on: { click: () => main.focus() } }, 'Skip to content'),
    h('header', { class: 'top' },
      h('a', { class: 'brand', href: link('overview'), 'aria-label': 'Demarcate, to the overview' }, mark(), h('span', null, 'Demarcate')),
      h('nav', { 'aria-label': 'Views' }, [...links.values()]),
      themeButton()),
    main,
    h('footer', { class: 'foot' }, `${model.tool.name} ${model.tool.version} · catalogue ${model.tool.catalog} · profile `, model.tool.profile, ` · as of ${model.tool.asof}`),
  );
  let leave = null;
  let first = true;
  const draw = () => {
    const chosen = route();
    const view = views.find((each) => each.id === chosen.view && (!each.when || each.when(model))) ?? views[0];
    leave?.();
    main.className = `view view-${view.id}`;
    main.replaceChildren();
    leave = view.render(model, main, chosen) ?? null;
    for (const [id, each] of links) {
      if (id === (view.under ?? view.id)) {
        each.setAttribute('aria-current', 'page');
        each.scrollIntoView({ inline: 'center', block: 'nearest' }); // on a phone the views are a strip
      } else each.removeAttribute('aria-current');
    }
    const title = main.querySelector('h1');
    document.title = `${title ? title.textContent : 'Report'} · Demarcate`;
    if (!first) {
      window.scrollTo(0, 0);
      title?.focus({ preventScroll: true });
    }
    first = false;
    document.documentElement.dataset.ready = view.id;
  };
  window.addEventListener('hashchange', draw);
  draw();
}

function mark() {
  return s('svg', { viewBox: '0 0 24 24', width: 24, height: 24, 'aria-hidden': 'true' },
    s('path', { class: 'mark-you', d: 'M3 3h18v6h-6v4H9v4H3z' }),
    s('path', { class: 'mark-aws', d: 'M21 21H3v-1.6h8v-4h6v-4h4z' }),
    s('path', { class: 'mark-line', d: 'M2 18.2h7.8v-4h6.1v-4H22' }));
}

start();
