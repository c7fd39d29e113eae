/** What a member watched comes back by itself when the engine under it failed. */

/** A worker that died is replaced within a second. */
const EVERY_MS = 500;
const ATTEMPTS = 20;

/** True for what a fresh worker may mend. */
function isEngineGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'engine-gone';
}

/**
 * Opens again, now and every half second, until it opens or it is no longer `wanted`.
 * @throws what the last of 20 attempts said, and at once whatever is not the engine's absence
 */
export async function openAgain(open: () => Promise<unknown>, wanted: () => boolean): Promise<void> {
  for (let attempt = 1; wanted(); attempt++) {
    try {
      await open();
      return;
    } catch (error) {
      if (!isEngineGone(error) || attempt === ATTEMPTS) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS).unref());
  }
}
