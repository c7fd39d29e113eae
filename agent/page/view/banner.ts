/** One line on top for what must be known now, and one line below for what happened. */
import { byId } from './dom.ts';

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
let clearing: ReturnType<typeof setTimeout> | undefined;

/** Says what happened; goes away by itself. */
export function showStatus(message: string): void {
  const status = byId('status');
  status.textContent = message;
  clearTimeout(clearing);
  clearing = setTimeout(() => {
    status.textContent = '';
  }, STATUS_MS);
}
