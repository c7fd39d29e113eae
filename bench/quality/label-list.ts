/**
 * Splits a label list as MER-UniBench's published code does: one outer pair of brackets falls away, commas and
 * both kinds of quote separate (so an apostrophe separates too), blanks fall away.
 */
export function splitLabels(text: string): string[] {
  let inner = text;
  if (inner.startsWith('[')) inner = inner.slice(1);
  if (inner.endsWith(']')) inner = inner.slice(0, -1);
  return inner
    .split(/['",]/)
    .map((label) => label.trim())
    .filter((label) => label !== '');
}

/** Labels of a prediction or a gold list, lower-case and trimmed; see {@link splitLabels} for a string. */
export function normaliseLabels(labels: string | readonly string[]): string[] {
  const list = typeof labels === 'string' ? splitLabels(labels) : labels;
  return list.map((label) => label.toLowerCase().trim()).filter((label) => label !== '');
}
