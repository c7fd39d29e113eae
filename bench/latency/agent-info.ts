import { BenchError } from '../bench-error.ts';

/** What an agent says that it runs on: what "auto" and the configuration came to on this machine. */
export interface AgentInfo {
  readonly engine: string;
  readonly provider: string;
}

const INFO = /^undertone_info\{([^}]*)\} 1$/m;

/** Asks a running agent's `/metrics`. Throws {@link BenchError} `agent-failed`. */
export async function readAgentInfo(agentUrl: string): Promise<AgentInfo> {
  const response = await fetch(new URL('/metrics', agentUrl));
  const labels = INFO.exec(await response.text())?.[1] ?? '';
  const [engine, provider] = ['engine', 'provider'].map((name) => new RegExp(`${name}="([^"]*)"`).exec(labels)?.[1]);
  if (engine === undefined || provider === undefined)
    throw new BenchError(
      'agent-failed',
      `The agent's /metrics tell no engine and provider (status ${response.status}).`,
    );
  return { engine, provider };
}
