/** The contrast of every text on a page as it is painted, measured in the page itself. */
import type { Page } from 'playwright-core';
import { contrast, mix, type Rgb } from '../support/contrast.ts';

interface Painted {
  readonly text: string;
  readonly ink: string;
  /** From the element outwards, until one is opaque. */
  readonly grounds: readonly string[];
  readonly sizePx: number;
  readonly weight: number;
}

// Disabled controls are exempt (WCAG 1.4.3), and so are words over a picture, which has no one colour.
const COLLECT = `(() => {
  const found = [];
  const walk = (root) => {
    for (const element of root.querySelectorAll('*')) {
      if (element.shadowRoot) walk(element.shadowRoot);
      const text = [...element.childNodes].filter((n) => n.nodeType === 3).map((n) => n.data.trim()).join(' ').trim();
      const style = getComputedStyle(element);
      const box = element.getBoundingClientRect();
      if (!text || box.width <= 1 || box.height <= 1 || style.visibility !== 'visible' || element.disabled) continue;
      if (!element.checkVisibility({ checkOpacity: true })) continue;
      const grounds = [];
      for (let at = element; at; at = at.assignedSlot ?? at.parentElement ?? at.getRootNode().host) {
        const ground = getComputedStyle(at).backgroundColor;
        if (ground !== 'rgba(0, 0, 0, 0)') grounds.push(ground);
        if (/^rgb\\(/.test(ground)) break;
      }
      found.push({ text, ink: style.color, grounds, sizePx: parseFloat(style.fontSize), weight: Number(style.fontWeight) });
    }
  };
  walk(document);
  return found;
})()`;

/** Texts that do not reach WCAG AA, each with what it reaches; and how many were looked at. */
export async function poorContrasts(page: Page): Promise<{ seen: number; poor: string[] }> {
  const painted = (await page.evaluate(COLLECT)) as Painted[];
  const poor = painted.flatMap(({ text, ink, grounds, sizePx, weight }) => {
    const ground = flatten(grounds);
    const reached = contrast(over(ink, ground), ground);
    const large = sizePx >= 24 || (sizePx >= 18.66 && weight >= 700);
    return reached >= (large ? 3 : 4.5) ? [] : [`${reached.toFixed(2)}: ${text.slice(0, 40)}`];
  });
  return { seen: painted.length, poor };
}

/** What half-transparent grounds make of the opaque one below them; nothing opaque: the black of a video. */
function flatten(grounds: readonly string[]): Rgb {
  return grounds.toReversed().reduce<Rgb>((below, ground) => over(ground, below), [0, 0, 0]);
}

function over(colour: string, below: Rgb): Rgb {
  const srgb = colour.startsWith('color(srgb');
  const [r = 0, g = 0, b = 0, alpha = 1] = (colour.match(/[\d.]+/g) ?? []).map(Number);
  const scale = srgb ? 255 : 1;
  return mix([r * scale, g * scale, b * scale], below, alpha);
}
