/** Counters of the agent's metrics that mean that something was thrown away because there was too much of it. */
const SHED =
  /^undertone_dropped_total\{cause="(tap_full|hop_behind|face_behind|subscriber_given_up)"[^}]*\} (\d+(?:\.\d+)?(?:e[+-]?\d+)?)$/gm;

/** Watches what the agent sheds, by its `/metrics`; an agent without them shows it by the hops that are missing. */
export class ShedCounter {
  readonly #url: URL;
  readonly #before: ReadonlyMap<string, number>;

  static async start(agentUrl: string): Promise<ShedCounter> {
    const url = new URL('/metrics', agentUrl);
    return new ShedCounter(url, await read(url));
  }

  private constructor(url: URL, before: ReadonlyMap<string, number>) {
    this.#url = url;
    this.#before = before;
  }

  /** What was shed since the start, in words. */
  async end(): Promise<string[]> {
    const after = await read(this.#url);
    return [...after].flatMap(([name, count]) => {
      const shed = count - (this.#before.get(name) ?? 0);
      return shed > 0 ? [`${shed} × ${name}`] : [];
    });
  }
}

async function read(url: URL): Promise<Map<string, number>> {
  const response = await fetch(url).catch(() => undefined);
  const counters = new Map<string, number>();
  if (response?.ok !== true) return counters;
  for (const [, name = '', value] of (await response.text()).matchAll(SHED))
    counters.set(name, (counters.get(name) ?? 0) + Number(value));
  return counters;
}
