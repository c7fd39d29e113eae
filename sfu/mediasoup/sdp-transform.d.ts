/** sdp-transform brings no types: the part of it that publishing reads. */
declare module 'sdp-transform' {
  /** One m-line as sdp-transform parses it. */
  interface MediaDescription {
    readonly type: string;
    readonly protocol: string;
    readonly payloads?: string;
    readonly mid?: string | number;
    readonly ext?: ReadonlyArray<{ readonly uri: string }>;
    readonly ssrcs?: ReadonlyArray<{ readonly id: number | string }>;
    readonly simulcast?: { readonly dir1: string; readonly list1: string };
  }
  interface SessionDescription {
    readonly media: readonly MediaDescription[];
  }
  function parse(sdp: string): SessionDescription;
  function parseSimulcastStreamList(list: string): Array<Array<{ scid: string | number; paused: boolean }>>;
}
