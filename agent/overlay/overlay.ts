/** `<undertone-overlay>`: how somebody appears, over their video. */
import { html, LitElement, type PropertyDeclarations, type PropertyValues, type TemplateResult } from 'lit';
import type { ClientEvent, UndertoneClient } from '../client/index.ts';
import { serverMessageSchema } from '../protocol/server-messages.ts';
import { Announcer } from './announcer.ts';
import { chooseLanguage, directionOf, fill, textsOf, type Language } from './languages.ts';
import { STYLE } from './overlay-style.ts';
import { spokenText, tile, type Link } from './overlay-template.ts';
import { follow, listen } from './room-feed.ts';
import { TileReading } from './tile-reading.ts';
import { VideoAnchor } from './video-anchor.ts';

/** Ages are shown to the second. */
const TICK_MS = 1000;
const ANNOUNCE_SECONDS = 10;
/** After a first attempt to connect that may succeed later. */
const RETRY_MS = 10_000;

/**
 * Put it around a `<video>`, or beside one with `for="id of the video"`. Feed it in one of three ways: `url` and `room`
 * (it connects by itself, once for all overlays of a page), `client` (a session that the page has), or {@link push}.
 */
export class UndertoneOverlay extends LitElement {
  static override styles = [...STYLE];
  static override properties: PropertyDeclarations = {
    for: { type: String, reflect: true },
    url: { type: String },
    room: { type: String },
    participant: { type: String },
    token: { type: String },
    lang: { type: String },
    theme: { type: String, reflect: true },
    announce: { type: Number },
    client: { attribute: false },
    link: { state: true },
    open: { state: true },
  };

  /** Id of the video to lie over; without it the video is this element's child. */
  declare for: string | undefined;
  /** Of the server, e.g. `https://calls.example`: connects when `room` is given too. */
  declare url: string | undefined;
  declare room: string | undefined;
  /** Whose video it is, by the server's id or the platform's own; without it the session's own person. */
  declare participant: string | undefined;
  /** The room's access token, where the server asks for one. */
  declare token: string | undefined;
  /** `light`, `dark`, or whatever the system has. */
  declare theme: 'light' | 'dark' | undefined;
  /** Least number of seconds between two sentences for screen readers; 0 for none. */
  declare announce: number;
  /** A session that the page has already. */
  declare client: UndertoneClient | undefined;
  declare protected link: Link;
  declare protected open: boolean;

  readonly #announcer = new Announcer();
  #reading = new TileReading();
  #anchor: VideoAnchor | undefined;
  #unfollow: () => void = () => {};
  #ticking: ReturnType<typeof setInterval> | undefined;
  #retrying: ReturnType<typeof setTimeout> | undefined;
  #pinned = false;
  #hovered = false;
  #focused = false;
  /** Escape was pressed: what the pointer is over stays shut until it leaves. */
  #dismissed = false;

  constructor() {
    super();
    this.announce = ANNOUNCE_SECONDS;
    this.link = 'fed';
    this.open = false;
  }

  /**
   * Takes an event of the room, as it comes over the WebSocket or from a client; the element must be in the document.
   * @returns false when it is not of the protocol; it is left out then
   */
  push(event: ClientEvent): boolean {
    if (!event.type.startsWith('connection.') && !serverMessageSchema.safeParse(event).success) {
      console.warn(`undertone-overlay: left out an event "${event.type}" that is not as the protocol says.`);
      return false;
    }
    // What was set just before counts already.
    if (this.isConnected && this.isUpdatePending) this.performUpdate();
    this.#take(event);
    return true;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#ticking = setInterval(() => this.#tick(), TICK_MS);
    if (this.hasUpdated && this.link !== 'fed') this.#connect();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#ticking);
    clearTimeout(this.#retrying);
    this.#unfollow();
    this.#unfollow = () => {};
    this.#anchor?.close();
    this.#anchor = undefined;
  }

  protected override willUpdate(changed: PropertyValues): void {
    const source = ['url', 'room', 'participant', 'token', 'client'].some((name) => changed.has(name));
    if (source && this.isConnected) this.#connect();
  }

  protected override updated(): void {
    this.#anchorToVideo();
  }

  protected override render(): TemplateResult {
    const language = this.#language;
    const { ui } = textsOf(language);
    return html`<slot></slot>
      <div
        class="layer"
        role="group"
        aria-label=${fill(ui.label, { name: this.#reading.name ?? ui.someone })}
        lang=${language}
        dir=${this.dir || directionOf(language)}
        @pointerover=${this.#onPointer}
        @pointerleave=${this.#onLeave}
        @focusin=${this.#onFocus}
        @focusout=${this.#onBlur}
        @keydown=${this.#onKey}
      >
        ${tile({
          reading: this.#reading,
          link: this.link,
          language,
          nowMs: performance.now(),
          open: this.open,
          onWhy: this.#onWhy,
          onRetry: this.#connect,
        })}
        <div class="vh" aria-live="polite" aria-atomic="true">
          ${this.announce > 0 ? this.#announcer.spoken(performance.now(), this.announce * 1000) : ''}
        </div>
      </div>`;
  }

  get #language(): Language {
    const near = this.lang || this.closest<HTMLElement>('[lang]')?.lang;
    return chooseLanguage(near ? [near] : navigator.languages);
  }

  readonly #connect = (): void => {
    clearTimeout(this.#retrying);
    this.#unfollow();
    this.#unfollow = () => {};
    this.#reading = new TileReading(this.participant || undefined);
    this.#announcer.clear();
    const { url, room, token, client } = this;
    this.link = client ? 'connected' : url && room ? 'connecting' : 'fed';
    const take = (event: ClientEvent): void => this.#take(event);
    if (client) this.#unfollow = follow(client, take);
    else if (url && room) this.#unfollow = listen({ url, room, ...(token ? { token } : {}) }, take);
  };

  #take(event: ClientEvent): void {
    if (event.type === 'connection.closed' && this.link !== 'fed') {
      this.link = { failed: event.error?.message ?? 'closed' };
      if (event.error?.retryable && !this.client) this.#retrying = setTimeout(this.#connect, RETRY_MS);
    }
    if (event.type === 'session.ready' && this.link === 'connecting') this.link = 'connected';
    this.#reading.push(event, performance.now());
    this.#announcer.offer(spokenText({ reading: this.#reading, language: this.#language, link: this.link }));
    this.requestUpdate();
  }

  #tick(): void {
    // The page may have moved the video in ways that no event tells of.
    if (this.#anchor) this.#anchor.place();
    this.requestUpdate();
  }

  #anchorToVideo(): void {
    const root = this.getRootNode() as Document | ShadowRoot;
    const video = this.for ? root.getElementById(this.for) : null;
    if (video === (this.#anchor?.video ?? null)) return;
    this.#anchor?.close();
    this.#anchor = video ? new VideoAnchor(this, video) : undefined;
  }

  readonly #onWhy = (): void => {
    this.#pinned = !this.#pinned;
    this.#dismissed = !this.#pinned;
    this.#show();
  };

  readonly #onPointer = ({ pointerType, target }: PointerEvent): void => {
    // A finger does not hover: it taps the button.
    if (pointerType === 'touch') return;
    this.#hovered = target instanceof Element && target.closest('.card') !== null;
    this.#show();
  };

  readonly #onLeave = (): void => {
    this.#hovered = false;
    this.#dismissed = false;
    this.#show();
  };

  readonly #onFocus = ({ target }: FocusEvent): void => {
    this.#focused = target instanceof Element && target.matches('.why:focus-visible');
    this.#show();
  };

  readonly #onBlur = (): void => {
    this.#focused = false;
    this.#dismissed = false;
    this.#show();
  };

  readonly #onKey = ({ key }: KeyboardEvent): void => {
    if (key !== 'Escape' || !this.open) return;
    this.#pinned = false;
    this.#dismissed = true;
    this.#show();
  };

  #show(): void {
    this.open = this.#pinned || ((this.#hovered || this.#focused) && !this.#dismissed);
  }
}
