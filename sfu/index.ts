/** The door of the SFU room: WebRTC in, WebRTC out, and the fork. */
export { ConsentGrant, type GrantIssuer } from './consent-grant.ts';
export type * from './types.ts';
export { SfuError, type SfuErrorCode } from './sfu-error.ts';
export { createWeriftSfu } from './werift/werift-sfu.ts';
export type { SfuOptions } from './sfu-options.ts';
export { RouterTaps, type RouterTap } from './attach/router-taps.ts';
export { createMediasoupSfu, type MediasoupSfu, type MediasoupSfuOptions } from './mediasoup/mediasoup-sfu.ts';
export { inspectSfu, openSfu, type ChosenSfu, type SfuEngine } from './open-sfu.ts';
