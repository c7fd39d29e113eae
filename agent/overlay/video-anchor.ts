/** Keeps an element exactly over a video that is elsewhere in the page, full screen included. */

export class VideoAnchor {
  readonly #host: HTMLElement;
  readonly #video: Element;
  readonly #sizes = new ResizeObserver(() => this.place());
  readonly #listening = new AbortController();
  #left = 0;
  #top = 0;

  constructor(host: HTMLElement, video: Element) {
    this.#host = host;
    this.#video = video;
    this.#sizes.observe(video);
    this.#sizes.observe(document.documentElement);
    const { signal } = this.#listening;
    addEventListener('resize', () => this.place(), { signal });
    // Scrolling does not bubble: a box around the video is heard of only while capturing.
    addEventListener('scroll', () => this.place(), { signal, capture: true, passive: true });
    document.addEventListener('fullscreenchange', () => this.#rise(), { signal });
    this.place();
  }

  get video(): Element {
    return this.#video;
  }

  /** Moves the host over the video. */
  place(): void {
    const { style } = this.#host;
    const video = this.#video.getBoundingClientRect();
    style.width = `${video.width}px`;
    style.height = `${video.height}px`;
    // By how much it is off says where to go, whatever it is placed against.
    const own = this.#host.getBoundingClientRect();
    this.#left += video.left - own.left;
    this.#top += video.top - own.top;
    style.left = `${this.#left}px`;
    style.top = `${this.#top}px`;
  }

  /** Idempotent. */
  close(): void {
    this.#listening.abort();
    this.#sizes.disconnect();
  }

  // A video that fills the screen alone covers everything but what rises after it. It can then be read, but browsers let
  // nothing be touched there; who wants that fills the screen with an element that holds both.
  #rise(): void {
    const alone = document.fullscreenElement === this.#video;
    if (alone) {
      this.#host.popover = 'manual';
      this.#host.showPopover();
    } else if (this.#host.popover !== null) {
      this.#host.hidePopover();
      this.#host.popover = null;
    }
    this.place();
  }
}
