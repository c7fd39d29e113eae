/** What the benchmark asks of the process that holds the SFU. */
export interface SfuCalls {
  /** Starts the engine with one worker. */
  open: { takes: { engine: string }; gives: { engine: string } };
  publish: { takes: { room: string; participant: string; sdp: string }; gives: { sdp: string } };
  /** Offers follow as news ({@link SfuNews}). */
  view: { takes: { room: string; viewer: string }; gives: null };
  answer: { takes: { viewer: string; number: number; sdp: string }; gives: null };
  /** Opens a tap on every track of the room, or closes them all; gives how many are open. */
  tap: { takes: { room: string; on: boolean }; gives: number };
  /** CPU of the engine so far (in ms, its worker processes included), packets that its taps dropped, and whether media runs ahead. */
  cost: { takes: object; gives: { cpuMs: number; tapDropped: number; mediaFirst: boolean } };
}

/** An offer to a viewer. */
export interface SfuNews {
  readonly viewer: string;
  readonly number: number;
  readonly sdp: string;
  /** Tracks offered now. */
  readonly tracks: number;
}
