/** Parses CSV (RFC 4180: quoted fields, doubled quotes, LF or CRLF, an optional byte order mark) into rows of fields; blank lines fall away. */
export function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  const fields = /("(?:[^"]|"")*"|[^,\r\n"]*)(,|\r\n|\n|\r|$)/y;
  const source = text.startsWith('\uFEFF') ? text.slice(1) : text;
  while (fields.lastIndex < source.length) {
    const at = fields.lastIndex;
    const match = fields.exec(source);
    if (match === null)
      throw new Error(`a quote in the wrong place in row ${rows.length + 1}, near "${source.slice(at, at + 20)}"`);
    const [, field = '', end] = match;
    row.push(field.startsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field);
    if (end === ',' && fields.lastIndex < source.length) continue;
    if (end === ',') row.push('');
    if (row.length > 1 || row[0] !== '') rows.push(row);
    row = [];
  }
  return rows;
}
