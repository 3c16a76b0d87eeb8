// Light and dark: as the system says, until somebody chooses.

import { h } from './dom.js';

const NEXT = { auto: 'light', light: 'dark', dark: 'auto' };
const WORD = { auto: 'Theme: system', light: 'Theme: light', dark: 'Theme: dark' };

export function themeButton() {
  let chosen = stored();
  const button = h('button', { class: 'theme', type: 'button', on: { click: () => set(NEXT[chosen]) } });
  const set = (theme) => {
    chosen = theme;
    if (theme === 'auto') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    button.textContent = WORD[theme];
    try {
      localStorage.setItem('demarcate-theme', theme);
    } catch {
      // a page from a file may have no storage; then the choice lasts as long as the page
    }
  };
  set(chosen);
  return button;
}

function stored() {
  try {
    const found = localStorage.getItem('demarcate-theme');
    return found in NEXT ? found : 'auto';
  } catch {
    return 'auto';
  }
}
