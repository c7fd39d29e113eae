import { createServer } from 'node:http';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { awakeOf, readHops } from '../../../bench/idle/rest-watch.ts';
import { readAgentInfo } from '../../../bench/latency/agent-info.ts';

const METRICS = `# HELP undertone_hops_total Hops that were encoded, over all participants.
undertone_hops_total{worker="0"} 40
undertone_hops_total{worker="1"} 2
undertone_hops_rested_total{worker="0"} 7
undertone_info{engine="mediasoup",pack="p@1",provider="cpu"} 1
`;

async function served<T>(text: string, ask: (url: string) => Promise<T>): Promise<T> {
  const server = createServer((_, response) => response.end(text)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const { port } = z.object({ port: z.number() }).parse(server.address());
    return await ask(`http://127.0.0.1:${port}/`);
  } finally {
    server.close();
  }
}

describe('what an agent tells of rest', () => {
  it('is the hops of all its workers, given to the model and rested', async () => {
    expect(await served(METRICS, readHops)).toEqual({ told: 42, rested: 7 });
    expect(await served('', readHops)).toEqual({ told: 0, rested: 0 });
  });

  it('gives away how many are awake: of them every hop is told, of who rests one in six seconds', () => {
    expect(awakeOf(10, 10 / 6)).toBeCloseTo(0);
    expect(awakeOf(10, 2 + 9 / 6)).toBeCloseTo(1);
    expect(awakeOf(10, 20)).toBeCloseTo(10);
    expect(awakeOf(2, 0.25)).toBe(0);
  });

  it('comes with the engine and the provider that "auto" came to, or with an error that says what is missing', async () => {
    expect(await served(METRICS, readAgentInfo)).toEqual({ engine: 'mediasoup', provider: 'cpu' });
    await expect(served('', readAgentInfo)).rejects.toMatchObject({ code: 'agent-failed' });
  });
});
