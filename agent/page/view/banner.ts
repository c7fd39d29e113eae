/** One line on top for what must be known now, and a few below for what happened. */
import { byId, el } from './dom.ts';

/** Shows trouble that goes on. */
export function showBanner(message: string): void {
  const banner = byId('banner');
  banner.textContent = message;
  banner.hidden = false;
}

export function hideBanner(): void {
  byId('banner').hidden = true;
}

const STATUS_MS = 8000;
const MOST_LINES = 3;

/** What went wrong, in words that are English whatever the page speaks: a screen reader must know. */
export function showFault(message: string): void {
  showStatus(message, 'en');
}

/** Says what happened, under what was said shortly before; each line goes away by itself. */
export function showStatus(message: string, lang?: string): void {
  const status = byId('status');
  const line = el('p', lang === undefined ? {} : { lang, dir: 'ltr' }, message);
  for (const old of status.children) if (old.textContent === message) old.remove();
  status.append(line);
  if (status.children.length > MOST_LINES) status.firstElementChild?.remove();
  setTimeout(() => line.remove(), STATUS_MS);
}
