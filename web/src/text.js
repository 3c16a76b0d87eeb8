// Text: numbers with their noun, and what comes from an estate made harmless to look at.

// Controls, marks of direction, and what has no width: shown as escapes, so that a name shows all that is in it.
const HIDDEN =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb]|\p{Cs}|[\u{e0000}-\u{e0fff}]/gu;
const NAMED = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function escaped(character) {
  if (NAMED[character]) return NAMED[character];
  const code = character.codePointAt(0);
  return code > 0xffff ? `\\u{${code.toString(16).toUpperCase()}}` : `\\u${code.toString(16).toUpperCase().padStart(4, '0')}`;
}

/** The text with everything hidden written as an escape. */
export function visible(text) {
  return text.replace(HIDDEN, escaped);
}

/** The text cut into what is shown as it is and what is shown as an escape. */
export function pieces(text) {
  const found = [];
  let last = 0;
  for (const match of text.matchAll(HIDDEN)) {
    if (match.index > last) found.push({ text: text.slice(last, match.index), escape: false });
    found.push({ text: escaped(match[0]), escape: true });
    last = match.index + match[0].length;
  }
  if (last < text.length) found.push({ text: text.slice(last), escape: false });
  return found;
}

const NUMBERS = new Intl.NumberFormat('en');

export function number(value) {
  return NUMBERS.format(value);
}

/** `1 resource`, `2 resources`. */
export function count(value, noun, plural = `${noun}s`) {
  return `${number(value)} ${value === 1 ? noun : plural}`;
}

export function percent(part, whole) {
  if (!whole) return '–';
  const share = (100 * part) / whole;
  if (share > 0 && share < 1) return '<1 %';
  return `${share > 99 && share < 100 ? 99 : Math.round(share)} %`;
}

/** `a, b and c`. */
export function listed(words) {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words[words.length - 1]}`;
}

/** A name without the stacks that it stands in: `Data/Key` → `Key`. */
export function shortName(name) {
  return /^[\w-]+(\/[\w-]+)+$/.test(name) ? name.slice(name.lastIndexOf('/') + 1) : name;
}

/** `file:line` as text. */
export function place(file, line) {
  return line ? `${file}:${line}` : file;
}
