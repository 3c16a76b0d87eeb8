// The address holds the view and what is chosen in it: #/duties?status=open&service=s3

/** The part of the address after `#`, taken apart. */
export function route() {
  const text = location.hash.replace(/^#\/?/, '');
  const [path, query = ''] = split(text, '?');
  const [view, ...rest] = path.split('/');
  return { view: view || 'overview', arg: decode(rest.join('/')), query: Object.fromEntries(new URLSearchParams(query)) };
}

function split(text, mark) {
  const at = text.indexOf(mark);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** A link to a view. Empty choices are left out. */
export function link(view, query = {}, arg = '') {
  const kept = Object.entries(query).filter(([, value]) => value !== '' && value !== null && value !== undefined);
  const path = arg ? `${view}/${encodeURIComponent(arg)}` : view;
  return `#/${path}${kept.length ? `?${new URLSearchParams(kept)}` : ''}`;
}

/** Put what is chosen into the address without a new entry in the history. */
export function remember(view, query, arg = '') {
  history.replaceState(null, '', link(view, query, arg));
}

export function go(view, query, arg) {
  location.hash = link(view, query, arg).slice(1);
}
