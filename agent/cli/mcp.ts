/** `undertone mcp`: lets an assistant read rooms, over standard input and output. */
import { once } from 'node:events';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { RoomReader } from '../mcp/room-reader.ts';
import { createMcpServer } from '../mcp/server.ts';
import { packageVersion } from '../package-root.ts';

export interface McpOptions {
  readonly url: string;
  readonly room: readonly string[];
  readonly name: string;
  readonly token?: string;
}

/** Serves until standard input ends or a signal comes. @throws {ClientError} when a room cannot be entered */
export async function serveMcp({ url, room, name, token }: McpOptions): Promise<void> {
  const readers: RoomReader[] = [];
  const end = new AbortController();
  process.once('SIGINT', () => end.abort());
  process.once('SIGTERM', () => end.abort());
  process.stdin.once('end', () => end.abort());
  try {
    for (const one of room) readers.push(await RoomReader.open({ url, room: one, name, token }));
    const server = createMcpServer(readers, packageVersion());
    await server.connect(new StdioServerTransport());
    if (!end.signal.aborted) await once(end.signal, 'abort');
    await server.close();
  } finally {
    for (const reader of readers) reader.close();
    process.stdin.destroy();
  }
}
