/** How a caller of the benchmarks publishes (RFC 9725 4.2). */
import { BenchError } from './bench-error.ts';

export interface WhipAnswer {
  readonly sdp: string;
  /** Where the publication can be ended, as the agent names it. */
  readonly location: string | null;
}

/** @throws {BenchError} `caller-failed` when the agent refuses the offer */
export async function offerMedia(whipUrl: string, token: string, offer: string): Promise<WhipAnswer> {
  const response = await fetch(whipUrl, {
    method: 'POST',
    headers: { 'Content-Type': 'application/sdp', Authorization: `Bearer ${token}` },
    body: offer,
  });
  const sdp = await response.text();
  if (response.status !== 201)
    throw new BenchError('caller-failed', `The agent refused the caller's media (${response.status}): ${sdp}`);
  return { sdp, location: response.headers.get('location') };
}
