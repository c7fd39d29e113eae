/**
 * The door `undertone/attach`: analyses people on a mediasoup router that your program runs. No server, no
 * configuration file; decoding and models live in a child process, so that neither a crash in native code nor the
 * licence of the FFmpeg build (GPLv3) reaches yours. mediasoup is yours: only its types are used.
 */
import { AnalysisProcess } from './analysis-process.ts';
import type { AnyProducer, AnyRouter } from './any-mediasoup.ts';
import { AttachError } from './attach-error.ts';
import { Attachment, type AttachmentOptions } from './attachment.ts';
import { checkArguments } from './check-arguments.ts';
import type { AnalysisOptions } from './wire.ts';

export type { AffectEvent, AffectState, Description, SignalEvent } from '../../pipeline/index.ts';
export type { ConsentGrant } from '../../sfu/index.ts';
export { ConfigError } from '../config/config-error.ts';
export { AttachError, type AttachErrorCode } from './attach-error.ts';
export type { AnyProducer, AnyRouter, GrantOf } from './any-mediasoup.ts';
export type { Attachment, AttachmentStats } from './attachment.ts';
export { recordConsent, type Consent, type ConsentFacts, type ConsentRecord } from './consent.ts';
export type { AnalysisOptions } from './wire.ts';

export interface AttachOptions extends AttachmentOptions {
  /** Where this runs: the law treats places differently (see `deployment` in the configuration). Has no default. */
  readonly deployment: {
    readonly context:
      | 'demo'
      | 'research'
      | 'customer'
      | 'medical'
      | 'safety'
      | 'entertainment'
      | 'personal'
      | 'workplace'
      | 'education';
    /** The recorded reason why `workplace` or `education` is allowed after all. */
    readonly basis?: {
      readonly kind: 'medical' | 'safety';
      readonly reference: string;
      readonly recordedBy: string;
    };
  };
  /** What to analyse; when left out, every producer made on the router from now on for which `grant` gives a grant. */
  readonly producers?: AnyProducer | readonly AnyProducer[];
  readonly analysis?: AnalysisOptions;
}

/**
 * Analyses people on your router. Resolves when the models are loaded (the first time on a machine this converts the
 * face nets and may take some seconds); attachments with the same `analysis` share one child process.
 * Whatever it throws, nothing is left running.
 * @throws {AttachError} `analysis-start` when the child process cannot run, `bad-argument`, `closed` when the router is
 * @throws {ConfigError} `context-prohibited` where the law forbids it, `context-missing`, `config-invalid`
 */
export async function attach(router: AnyRouter, options: AttachOptions): Promise<Attachment> {
  checkArguments(router, options);
  const { producers, analysis = {} } = options;
  const attachment = new Attachment(router, await AnalysisProcess.share(analysis), options);
  if (router.closed) {
    await attachment.close();
    throw new AttachError('closed', 'The router was closed while the analysis started.');
  }
  if (producers === undefined) attachment.watch();
  else for (const producer of [producers].flat()) attachment.add(producer);
  return attachment;
}
