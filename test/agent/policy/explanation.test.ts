import { afterEach, describe, expect, it } from 'vitest';
import type { Agent } from '../../../agent/agent.ts';
import { explain, explanationText } from '../../../agent/policy/explanation.ts';
import { config, startTestAgent } from '../fakes.ts';

const text = (settings: Record<string, unknown>, room?: string): string =>
  explain(config(settings), { room })
    .flatMap(({ heading, paragraphs }) => [heading, ...paragraphs])
    .join('\n');
const recording = { rooms: ['lab'], folder: 'artifacts/never-opened', ttlHours: 48 };

describe('the explanation for participants', () => {
  it('says what it is for, what is computed, who sees it, how long it is kept, how to stop it and whom to ask', () => {
    const policy = { purposes: ['to train public speaking'], operator: 'Acme Care', contact: 'privacy@acme.test' };
    const said = text({ policy, deployment: { context: 'research' } });
    for (const fact of [
      'to train public speaking',
      'research',
      'pitch, loudness',
      'Only you see',
      'Nothing is stored',
      'one click',
      'Acme Care',
      'privacy@acme.test',
    ])
      expect(said).toContain(fact);
  });

  it('follows the configuration: visibility, recording of a room, a recorded basis', () => {
    expect(text({ policy: { visibility: ['coach'] } })).toContain('takes part as coach');
    expect(text({ recording }, 'lab')).toMatch(/stored for at most 2 days/);
    expect(text({ recording }, 'lab')).toContain('have the latter deleted');
    expect(text({ recording }, 'lobby')).toContain('Nothing is stored');
    expect(text({ recording })).toContain('Rooms that are recorded say so before you agree');
    expect(text({ recording: { ...recording, rooms: ['*'] } })).toContain('stored for at most 2 days');
    const basis = { kind: 'safety', reference: 'Safety file 12/2026', recordedBy: 'Site office' };
    expect(text({ deployment: { context: 'workplace', basis } })).toContain('Safety file 12/2026');
  });

  it('says so when nobody declared whom to ask', () => {
    expect(text({})).toContain('no contact was declared');
  });

  it('fits a terminal', () => {
    const lines = explanationText(explain(config())).split('\n');
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(80);
  });
});

describe('/about-this-call', () => {
  let agent: Agent;
  afterEach(() => agent.close());

  it('is one page of plain HTML for everybody, with its settings escaped and its style from here', async () => {
    ({ agent } = await startTestAgent({ policy: { purposes: ['to <script>alert(1)</script> & so on'] } }));
    const response = await fetch(new URL('/about-this-call?room=lobby', agent.url));
    const page = await response.text();
    expect([response.status, response.headers.get('content-type')]).toEqual([
      200,
      expect.stringContaining('text/html'),
    ]);
    expect(page).toContain('to &lt;script&gt;alert(1)&lt;/script&gt; &amp; so on');
    expect(page).not.toContain('<script');
    expect(page).toContain('fake@1');
    const [, style = ''] = /href="([^"]+\.css)"/.exec(page) ?? [];
    const css = await fetch(new URL(style, agent.url));
    expect([css.status, css.headers.get('content-type')]).toEqual([200, 'text/css; charset=utf-8']);
  });

  it('says of a room whether it is recorded, and refuses what cannot be a room', async () => {
    ({ agent } = await startTestAgent({ recording: { ...recording, rooms: [] } }));
    const about = (query: string) => fetch(new URL(`/about-this-call${query}`, agent.url));
    expect(await (await about('')).text()).toContain('Nothing is stored');
    expect((await about('?room=%3Cscript%3E')).status).toBe(400);
  });
});
