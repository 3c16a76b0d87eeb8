// Rows as CSV (RFC 4180), safe to open in a spreadsheet.

// A cell that begins like this would be taken for a formula; an apostrophe before it keeps it a text.
const FORMULA = /^[\s\u0000-\u001f]*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/;

function cell(value) {
  let text = value === null || value === undefined ? '' : String(value);
  if (typeof value !== 'number' && FORMULA.test(text)) text = `'${text}`;
  return /[",\r\n']/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The lines of a table: a row of names, then a row for each item. */
export function* csvLines(names, rows) {
  yield `\ufeff${names.map(cell).join(',')}\r\n`;
  for (const row of rows) yield `${row.map(cell).join(',')}\r\n`;
}
