/** What can be said of a file before a demuxer sees it. */
import { open, stat } from 'node:fs/promises';
import { MediaFileError } from './media-file-error.ts';

export interface FileCheck {
  readonly bytes: number;
  /** FFmpeg's demuxer for a still picture, by its first bytes; by name its own choice would read `%d` in paths. */
  readonly stillFormat: string | undefined;
  readonly isMp4: boolean;
  readonly looksLikeText: boolean;
}

const HEAD_BYTES = 512;
const STILL_MAGICS: readonly (readonly [string, string])[] = [
  ['png_pipe', '89504e470d0a1a0a'],
  ['jpeg_pipe', 'ffd8ff'],
  ['bmp_pipe', '424d'],
];

/** Throws {@link MediaFileError} for what is no readable, regular, non-empty file. */
export async function checkFile(path: string): Promise<FileCheck> {
  const info = await stat(path).catch((cause: unknown) => {
    throw failure(path, cause);
  });
  if (!info.isFile()) {
    const what = info.isDirectory() ? 'a folder' : 'not a regular file';
    throw new MediaFileError(
      'not-a-file',
      path,
      `${path} is ${what}. Name a media file, such as a .mp4, .webm or .wav.`,
    );
  }
  if (info.size === 0) {
    throw new MediaFileError('empty', path, `${path} is empty (0 bytes). Was it copied or recorded completely?`);
  }
  const head = await readHead(path);
  return {
    bytes: info.size,
    stillFormat: stillFormat(head),
    isMp4: head.toString('latin1', 4, 8) === 'ftyp',
    looksLikeText: !head.some((byte) => byte < 9 || (byte > 13 && byte < 32 && byte !== 27)),
  };
}

async function readHead(path: string): Promise<Buffer> {
  try {
    await using file = await open(path, 'r');
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } catch (cause) {
    throw failure(path, cause);
  }
}

function stillFormat(head: Buffer): string | undefined {
  const hex = head.toString('hex', 0, 16);
  if (hex.startsWith('52494646') && hex.slice(16, 24) === '57454250') return 'webp_pipe';
  return STILL_MAGICS.find(([, magic]) => hex.startsWith(magic))?.[0];
}

function failure(path: string, cause: unknown): MediaFileError {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new MediaFileError('not-found', path, `There is no file ${path}. Check the path.`, cause);
  }
  if (code === 'EACCES' || code === 'EPERM') {
    return new MediaFileError('not-permitted', path, `${path} may not be read. Check its permissions.`, cause);
  }
  return new MediaFileError('unreadable', path, `${path} cannot be read (${String(code)}). Check the disk.`, cause);
}
