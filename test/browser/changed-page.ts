/** Pages whose world is another one before their own script runs. */
import type { Browser } from 'playwright-core';

/** For a page: `video('inbound-rtp')` resolves to what the browser reports of all its video streams of that type. */
export const SPY = `{
  const { setLocalDescription } = RTCPeerConnection.prototype;
  const connections = new Set();
  RTCPeerConnection.prototype.setLocalDescription = function (...given) {
    connections.add(this);
    return setLocalDescription.apply(this, given);
  };
  window.video = async (type) => {
    const reports = await Promise.all([...connections].map(async (each) => [...(await each.getStats()).values()]));
    return reports.flat().filter((report) => report.kind === 'video' && report.type === type);
  };
}`;

/** The browser, in whose pages `script` runs first. */
export function changed(browser: Browser, script: string): Pick<Browser, 'newContext'> {
  return {
    async newContext(options) {
      const context = await browser.newContext(options);
      await context.addInitScript({ content: script });
      return context;
    },
  };
}
