/** What assistive technology is told of a page, from Chromium's own accessibility tree. */
import type { Page } from 'playwright-core';

interface Value {
  readonly value?: unknown;
}

export interface AccessibleNode {
  readonly role: string;
  readonly name: string;
  /** E.g. `expanded`, `focusable`, `live`. */
  readonly states: Readonly<Record<string, unknown>>;
}

interface RawNode {
  readonly ignored: boolean;
  readonly role?: Value;
  readonly name?: Value;
  readonly properties?: readonly { readonly name: string; readonly value: Value }[];
}

/** Every node that is not hidden from assistive technology, in the order of the document; shadow trees included. */
export async function accessibilityTree(page: Page): Promise<AccessibleNode[]> {
  const session = await page.context().newCDPSession(page);
  const { nodes } = (await session.send('Accessibility.getFullAXTree')) as { nodes: readonly RawNode[] };
  await session.detach();
  return nodes
    .filter(({ ignored }) => !ignored)
    .map(({ role, name, properties = [] }) => ({
      role: text(role),
      name: text(name),
      states: Object.fromEntries(properties.map((property) => [property.name, property.value.value])),
    }));
}

function text(value: Value | undefined): string {
  return typeof value?.value === 'string' ? value.value.trim() : '';
}

const NAMED = new Set([
  'button',
  'link',
  'textbox',
  'combobox',
  'checkbox',
  'radio',
  'switch',
  'image',
  'dialog',
  'group',
  'tab',
]);

/** What a person who cannot see would meet without a name. */
export function nameless(nodes: readonly AccessibleNode[]): string[] {
  return nodes.filter(({ role, name }) => NAMED.has(role) && name === '').map(({ role }) => role);
}
