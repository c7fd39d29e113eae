import { escape } from './svg.ts';

/** A part of the page under a heading; charts and tables are HTML already. */
export interface Section {
  readonly title: string;
  /** What a reader should take from it, plain text. */
  readonly lead?: string;
  /** What would mislead a reader who did not know it, plain text; stands first. */
  readonly warning?: string;
  /** When, from what and beside what it was measured, plain text. */
  readonly made?: string;
  readonly body: readonly string[];
}

/** A number that is worth a tile. */
export interface Tile {
  readonly value: string;
  readonly label: string;
  readonly good?: boolean;
}

export function tiles(items: readonly Tile[]): string {
  const one = ({ value, label, good }: Tile): string =>
    `<div class="tile${good === undefined ? '' : good ? ' good' : ' bad'}"><b>${escape(value)}</b><span>${escape(label)}</span></div>`;
  return `<div class="tiles">${items.map(one).join('')}</div>`;
}

/** Characters from which a cell may take several lines. */
const LONG_CELL = 44;

/** Plain text in, a table out; the first column is a heading of its row. */
export function table(head: readonly string[], rows: ReadonlyArray<readonly string[]>): string {
  const cells = (row: readonly string[]): string =>
    row
      .map((cell, column) => {
        const wraps = cell.length > LONG_CELL ? ' class="long"' : '';
        return column === 0 ? `<th scope="row"${wraps}>${escape(cell)}</th>` : `<td${wraps}>${escape(cell)}</td>`;
      })
      .join('');
  return (
    `<div class="scroll"><table><thead><tr>${head.map((title) => `<th scope="col">${escape(title)}</th>`).join('')}</tr></thead>` +
    `<tbody>${rows.map((row) => `<tr>${cells(row)}</tr>`).join('')}</tbody></table></div>`
  );
}

export function figure(chart: string, caption: string): string {
  return chart === ''
    ? ''
    : `<figure><div class="scroll">${chart}</div><figcaption>${escape(caption)}</figcaption></figure>`;
}

export function notes(lines: readonly string[]): string {
  return lines.length === 0 ? '' : `<ul class="notes">${lines.map((line) => `<li>${escape(line)}</li>`).join('')}</ul>`;
}

/** The whole page: one file that needs nothing else. */
export function page(title: string, subtitle: readonly string[], sections: readonly Section[]): string {
  const body = sections.map(
    ({ title: heading, warning, lead, made, body: parts }) =>
      `<section><h2>${escape(heading)}</h2>${warning === undefined ? '' : `<p class="warning">${escape(warning)}</p>`}${lead === undefined ? '' : `<p class="lead">${escape(lead)}</p>`}${parts.join('')}` +
      `${made === undefined ? '' : `<p class="made">${escape(made)}</p>`}</section>`,
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark"><title>${escape(title)}</title><style>${STYLE}</style></head>
<body><header><h1>${escape(title)}</h1>${subtitle.map((line) => `<p>${escape(line)}</p>`).join('')}</header>
<main>${body.join('\n')}</main></body></html>
`;
}

const STYLE = `
:root{--paper:#fbfaf7;--card:#fff;--ink:#1d2430;--soft:#5b6472;--rule:#e4e0d8;--c0:#2f6f8f;--c1:#c2593f;--c2:#4f8a4c;--c3:#8a5aa6;--c4:#b98a1d;--c5:#54606e;--good:#2f7d4f;--bad:#b3402e}
@media(prefers-color-scheme:dark){:root{--paper:#14181e;--card:#1b2129;--ink:#e6e9ee;--soft:#9aa4b2;--rule:#2d3540;--c0:#6db4d6;--c1:#ee8b6f;--c2:#86c582;--c3:#c39ae0;--c4:#e2bb58;--c5:#a9b4c2;--good:#6fcf97;--bad:#f28b79}}
*{box-sizing:border-box}body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif}
header,main{max-width:860px;margin:0 auto;padding:0 24px}header{padding-top:48px}h1{font-size:30px;line-height:1.2;margin:0 0 8px;letter-spacing:-.02em}
header p{margin:0;color:var(--soft);font-size:14px}section{background:var(--card);border:1px solid var(--rule);border-radius:14px;padding:22px 26px;margin:24px 0}
h2{font-size:19px;margin:0 0 6px}.warning{margin:0 0 14px;color:var(--bad);font-weight:600}.lead{margin:0 0 14px;max-width:68ch}figure{margin:18px 0 0}figcaption{color:var(--soft);font-size:13px;max-width:80ch}
svg{width:100%;height:auto;display:block;font-size:12px}svg text{fill:var(--ink)}svg .tick,svg .axis{fill:var(--soft);font-size:11.5px}svg .label{font-size:12.5px}svg .value{fill:var(--soft);font-size:12px}
svg .name{font-weight:600}.middle{text-anchor:middle}.end{text-anchor:end}.grid{stroke:var(--rule);fill:none}.faint{opacity:.5}.line{fill:none;stroke-width:2.2;stroke-linejoin:round}.cross{fill:none;stroke-width:2.4}
.limit{fill:none;stroke:var(--bad);stroke-width:1.4;stroke-dasharray:6 5}.whisker{stroke:var(--soft);fill:none}
${[0, 1, 2, 3, 4, 5].map((colour) => `.line${colour}{stroke:var(--c${colour})}.fill${colour}{fill:var(--c${colour})}svg .text${colour}{fill:var(--c${colour})}.back${colour}{background:var(--c${colour})}`).join('')}
.keys{display:none;margin:4px 0 0;font-size:13px;color:var(--soft)}.keys span{margin-right:14px;white-space:nowrap}.keys i{display:inline-block;width:10px;height:10px;border-radius:5px;margin-right:6px}.back-limit{background:var(--bad)}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(140px,1fr));gap:12px;margin:14px 0 4px}.tile{border:1px solid var(--rule);border-radius:10px;padding:12px 14px}.tile b{display:block;font-size:22px;white-space:nowrap;letter-spacing:-.02em}
.tile span{color:var(--soft);font-size:13px}.good b{color:var(--good)}.bad b{color:var(--bad)}
.scroll{overflow-x:auto}.scroll:has(table){margin-top:16px}.made{color:var(--soft);font-size:13px;margin:16px 0 0}table{border-collapse:collapse;font-size:13.5px;font-variant-numeric:tabular-nums;width:100%}th,td{padding:5px 10px;text-align:right;border-bottom:1px solid var(--rule)}th:first-child{text-align:left;font-weight:500}tbody th,td{white-space:nowrap}.long{white-space:normal!important;min-width:22ch}thead th{color:var(--soft);font-weight:500}
.notes{color:var(--soft);font-size:13.5px;padding-left:18px;margin:14px 0 0}@media(max-width:600px){header,main{padding:0 12px}section{padding:18px 16px;margin:16px 0}h1{font-size:25px}.tiles{grid-template-columns:repeat(2,1fr);gap:8px}.tile{padding:10px 12px}.tile b{font-size:20px}svg{min-width:540px}.keys{display:block}tbody th{white-space:normal;min-width:13ch}}
@media print{section{break-inside:avoid}}`;
