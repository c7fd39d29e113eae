/** What the commands of {@link operatingCommands} do. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { ConfigError } from '../config/config-error.ts';
import { isLoopback } from '../config/deployment.ts';
import { loadConfig } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import { AdminError, callServer } from './admin-call.ts';
import { brokenAt } from '../consent/audit-file.ts';
import { inPackage } from '../package-root.ts';
import { explain as explanation, explanationText } from '../policy/explanation.ts';
import { explanationPage } from '../policy/explanation-page.ts';
import { keptCertificate } from '../tls/self-made.ts';
import { roomNameSchema } from '../protocol/participants.ts';

export const EXPLAIN_FORMATS = ['text', 'html'] as const;

export interface ExplainOptions {
  readonly room?: string;
  readonly format: (typeof EXPLAIN_FORMATS)[number];
  readonly config?: string;
}

/** How a running server is reached. */
export interface AdminOptions {
  readonly url?: string;
  readonly config?: string;
}

export async function explain({ room, format, config }: ExplainOptions): Promise<void> {
  const sections = explanation(settings(config), { room: checkedRoom(room) });
  const text = format === 'html' ? (await explanationPage(sections)).toString() : explanationText(sections);
  process.stdout.write(text);
}

export async function stop({ room, ...server }: AdminOptions & { room?: string }): Promise<void> {
  const answer = z.object({ people: z.number(), tookMs: z.number(), kept: z.boolean() });
  const { people, tookMs, kept } = answer.parse(await ask('POST', `${placeOf(room)}/stop`, server));
  const who = people === 1 ? '1 person was' : `${people} people were`;
  process.stdout.write(
    `Analysis is off. ${who} analysed until now; all of it was cleared in ${Math.ceil(tookMs)} ms.\n` +
      (kept ? 'It stays off, also over a restart.\n' : 'A restart would end that: policy.stopFile keeps it.\n'),
  );
}

export async function resume({ room, ...server }: AdminOptions & { room?: string }): Promise<void> {
  const answer = z.object({ process: z.boolean(), rooms: z.number() });
  const left = answer.parse(await ask('POST', `${placeOf(room)}/resume`, server));
  const still = left.process ? ' The whole process is still stopped: "undertone resume" without --room ends that.' : '';
  const rooms = left.rooms > 0 ? ` ${left.rooms} stopped by room: resume each with --room.` : '';
  process.stdout.write(`Resumed; people are asked anew.${still}${rooms}\n`);
}

export async function remove(participant: string, { room, ...server }: AdminOptions & { room: string }): Promise<void> {
  const answer = z.object({ present: z.boolean(), shutOut: z.boolean(), kept: z.boolean() });
  const path = `${placeOf(room)}/participants/${encodeURIComponent(participant)}`;
  const { present, shutOut, kept } = answer.parse(await ask('DELETE', path, server));
  const until = kept ? ', also over a restart' : ' until a restart; auth.withdrawalsFile keeps it';
  process.stdout.write(
    `${participant} ${present ? 'is out of the room' : 'was not in the room'}.\n` +
      (shutOut
        ? `Tokens and invitations from before now let them in no more${until}.\n`
        : 'They may come in again: this server asks nobody for a token (development mode).\n'),
  );
}

export async function receipts({ participant, ...server }: AdminOptions & { participant?: string }): Promise<void> {
  const query = participant === undefined ? '' : `?participant=${encodeURIComponent(participant)}`;
  print(await ask('GET', `/admin/receipts${query}`, server));
}

export async function forget(participant: string, server: AdminOptions): Promise<void> {
  print(await ask('DELETE', `/admin/participants/${encodeURIComponent(participant)}`, server));
}

export function audit(files: readonly string[]): void {
  const text = files.map(read).join('');
  const line = brokenAt(text);
  const lines = text.split('\n').filter((one) => one !== '').length;
  if (line !== undefined) {
    const message = `Line ${line} does not follow from the one before it: something was changed, removed, or the files are not in order (oldest first).`;
    throw new AdminError('audit-broken', message);
  }
  process.stdout.write(`${lines} lines, each following from the one before it.\n`);
}

async function ask(method: string, path: string, { url, config }: AdminOptions): Promise<unknown> {
  const { server, admin } = settings(config);
  const address = new URL(path, url ?? urlOf(server));
  const { status, text } = await callServer({
    method,
    address,
    secret: admin.secret,
    certificate: await certificateOf(address, url === undefined ? server.tls : undefined),
  });
  if (status === 504)
    throw new AdminError(
      'refused',
      'Analysis is off, but not everything confirmed that it is cleared. Restart the server.',
    );
  if (status !== 200) throw new AdminError('refused', `The server refused (${status}): ${text}`);
  return JSON.parse(text);
}

/** Of the server that the settings describe, or of the `--lan` that this user started here; otherwise it is trusted as any is. */
async function certificateOf(address: URL, tls: Config['server']['tls']): Promise<string | undefined> {
  if (tls !== undefined) return read(tls.certFile);
  return address.protocol === 'https:' && isLoopback(address.hostname) ? keptCertificate() : undefined;
}

/** @throws {AdminError} `unreadable` */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new AdminError('unreadable', `${file} cannot be read. Check the path, and that this user may read it.`, {
      cause,
    });
  }
}

function settings(file: string | undefined): Config {
  return loadConfig({ file: file ?? inPackage('configs/default.yaml'), environment: process.env });
}

function placeOf(room: string | undefined): string {
  const checked = checkedRoom(room);
  return checked === undefined ? '/admin' : `/admin/rooms/${checked}`;
}

/** @throws {ConfigError} when it cannot be a room's name */
function checkedRoom(room: string | undefined): string | undefined {
  const parsed = roomNameSchema.optional().safeParse(room);
  if (parsed.success) return parsed.data;
  throw new ConfigError('config-invalid', `--room: ${parsed.error.issues[0]?.message ?? 'not the name of a room'}.`);
}

function urlOf({ host, port, tls }: Config['server']): string {
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `http${tls === undefined ? '' : 's'}://${name.includes(':') ? `[${name}]` : name}:${port}`;
}

function print(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}
