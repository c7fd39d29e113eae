import { expect, it } from 'vitest';
import { stopOnSignal } from '../../../agent/cli/stop-signal.ts';
import { silentLog, startTestAgent, TestClient } from '../fakes.ts';

it('SIGUSR2 stops all analysis, and the call goes on', async () => {
  const { agent, analysis } = await startTestAgent();
  const off = stopOnSignal(agent, silentLog);
  try {
    const { client, ready } = await TestClient.join(agent.url);
    client.send({ type: 'consent.set', granted: true, receiptVersion: ready.receipt.version });
    await client.settled();
    process.kill(process.pid, 'SIGUSR2');
    expect(await client.next('analysis.changed')).toMatchObject({ scope: 'process', enabled: false });
    await client.next('consent.cleared');
    expect(analysis.seats[0]?.closed).toBe(true);
    expect(client.socket.readyState).toBe(client.socket.OPEN);
  } finally {
    off();
    await agent.close();
  }
});
