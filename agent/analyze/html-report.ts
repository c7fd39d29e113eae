/** A self-contained page of one analysed file: the curves over time, and every sentence with its evidence. */
import type { AffectEvent, AffectState, Description, Estimate } from '../../pipeline/index.ts';
import { clock } from './clock.ts';

const WIDTH = 960;
const HEIGHT = 220;

const escape = (text: string): string =>
  text.replace(/[&<>"']/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' })[c] ?? c);

type Numbered = AffectState | Description;

/** A curve of one quantity with its band of one standard deviation. */
function curve(
  points: readonly Numbered[],
  durationMs: number,
  pick: (event: Numbered) => Estimate,
  name: string,
): string {
  const x = (event: Numbered): string => ((event.endMs / durationMs) * WIDTH).toFixed(1);
  const y = (value: number): string => (HEIGHT / 2 - (Math.max(-1, Math.min(1, value)) * HEIGHT) / 2).toFixed(1);
  const line = points.map((event) => `${x(event)},${y(pick(event).mean)}`);
  const above = points.map((event) => `${x(event)},${y(pick(event).mean + pick(event).sd)}`);
  const below = points.map((event) => `${x(event)},${y(pick(event).mean - pick(event).sd)}`).toReversed();
  return `<polygon class="${name} band" points="${[...above, ...below].join(' ')}"/><polyline class="${name}" points="${line.join(' ')}"/>`;
}

function sentence(event: Description): string {
  const evidence = event.evidence
    .map(
      (e) =>
        `<li>${escape(`${e.modality}: ${e.cue} ${e.direction}`)} <small>${clock(e.startMs)}–${clock(e.endMs)}</small></li>`,
    )
    .join('');
  const labels = event.labels.map((label) => `<span>${escape(label.term)} ${label.score.toFixed(2)}</span>`).join(' ');
  return `<article><time>${clock(event.endMs)}</time><div><p>${escape(event.text)}</p><p class="labels">${labels}</p>${evidence ? `<ul>${evidence}</ul>` : ''}</div></article>`;
}

const STYLE = `
:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif;--v:#0b7285;--a:#c2410c}
@media(prefers-color-scheme:dark){:root{--v:#4dd0e1;--a:#ff9f6b}}
body{max-width:64rem;margin:2rem auto;padding:0 1rem}svg{width:100%;height:auto;border:1px solid #8884}
polyline{fill:none;stroke-width:2}.valence{stroke:var(--v)}.arousal{stroke:var(--a);stroke-dasharray:6 4}
.band{stroke:none;opacity:.13}.valence.band{fill:var(--v)}.arousal.band{fill:var(--a)}.axis{stroke:#8888}
article{display:grid;grid-template-columns:5rem 1fr;border-top:1px solid #8884;padding:.5rem 0}article p{margin:0}
time,.labels,ul{color:#888;font-size:.9rem}ul{margin:.2rem 0;padding-left:1.2rem}.key{display:flex;gap:2rem;font-size:.9rem}
.key i{display:inline-block;width:2rem;border-top:2px solid var(--v);vertical-align:middle}.key b i{border-top:2px dashed var(--a)}`;

/** The whole page as one string, with nothing to fetch. */
export function renderReport(title: string, events: readonly AffectEvent[]): string {
  const descriptions = events.filter((event) => event.type === 'affect.description');
  const states = events.filter((event) => event.type === 'affect.state');
  const points: readonly Numbered[] = states.length > 0 ? states : descriptions;
  const durationMs = Math.max(1, ...events.map((event) => event.endMs));
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escape(title)} · Undertone</title><style>${STYLE}</style>
<h1>${escape(title)}</h1><p>How the person in this recording appears and sounds, ${clock(durationMs)} long. Estimates, not facts: the bands show one standard deviation.</p>
<div class="key"><span><i></i> valence</span><b><i></i> arousal</b></div>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="valence and arousal over time"><line class="axis" x1="0" x2="${WIDTH}" y1="${HEIGHT / 2}" y2="${HEIGHT / 2}"/>
${curve(points, durationMs, (event) => event.arousal, 'arousal')}${curve(points, durationMs, (event) => event.valence, 'valence')}</svg>
${descriptions.map(sentence).join('\n')}</html>
`;
}
