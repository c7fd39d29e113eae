/** A source that pushes nothing for so long is gone; a program that is started by hand gets the same time to begin. */
const SILENT_MS = 30_000;

/** Why a source is closed that was last heard so long ago; undefined while it may still come. `strange`: something else came since. */
export function whyGone(silentMs: number, strange: boolean): string | undefined {
  if (silentMs <= SILENT_MS) return undefined;
  return strange
    ? 'what was pushed for 30 s was not the announced stream: check its ssrc and payload type'
    : 'nothing was pushed for 30 s';
}
