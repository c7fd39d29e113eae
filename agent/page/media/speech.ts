/** The browser's own speech recognition, where it has one, as captions. */

/** The part of the Web Speech API that is used; TypeScript's library does not have it. */
interface Recognition {
  lang: string;
  continuous: boolean;
  interimResults: boolean;
  onresult: ((event: { readonly resultIndex: number; readonly results: ArrayLike<Result> }) => void) | null;
  onerror: ((event: { readonly error: string }) => void) | null;
  onend: (() => void) | null;
  start(): void;
  abort(): void;
}
type Result = ArrayLike<{ readonly transcript: string }> & { readonly isFinal: boolean };
type Maker = new () => Recognition;

export interface Heard {
  readonly text: string;
  readonly final: boolean;
  /** When the words began and ended, on the clock of `performance.now()`. */
  readonly startMs: number;
  readonly endMs: number;
}

/** Whether this browser can do it at all. */
export function canListen(): boolean {
  return maker() !== undefined;
}

/** Listens until told otherwise. @param onFail it ended for a reason; it does not come back by itself then */
export function listen(lang: string, onHeard: (heard: Heard) => void, onFail: (reason: string) => void): () => void {
  const Made = maker();
  if (!Made) throw new Error('This browser has no speech recognition: see canListen().');
  const recognition = new Made();
  let wanted = true;
  let beganMs: number | undefined;
  Object.assign(recognition, { lang, continuous: true, interimResults: true });
  recognition.onresult = ({ resultIndex, results }) => {
    const result = results[resultIndex];
    const text = result?.[0]?.transcript.trim() ?? '';
    if (!result || text === '') return;
    const endMs = performance.now();
    beganMs ??= endMs;
    onHeard({ text, final: result.isFinal, startMs: beganMs, endMs });
    if (result.isFinal) beganMs = undefined;
  };
  recognition.onerror = ({ error }) => {
    if (error === 'no-speech' || !wanted) return; // a pause in the talk
    wanted = false;
    onFail(error);
  };
  // Browsers end it after a while of silence.
  recognition.onend = () => {
    if (wanted) recognition.start();
  };
  recognition.start();
  return () => {
    wanted = false;
    recognition.abort();
  };
}

function maker(): Maker | undefined {
  const scope = globalThis as { SpeechRecognition?: Maker; webkitSpeechRecognition?: Maker };
  return scope.SpeechRecognition ?? scope.webkitSpeechRecognition;
}
