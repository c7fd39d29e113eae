import { describe, expect, it } from 'vitest';
import { parseCsv } from '../../../bench/quality/csv.ts';

describe('CSV', () => {
  it('reads quoted fields, doubled quotes, empty fields and both line ends', () => {
    expect(parseCsv('name,format\r\nhappy,"happily,happiness"\n"a ""b""",\n')).toEqual([
      ['name', 'format'],
      ['happy', 'happily,happiness'],
      ['a "b"', ''],
    ]);
  });

  it('keeps a trailing empty field at the very end, and drops blank lines and a byte order mark', () => {
    expect(parseCsv('\uFEFFa,b\n\n1,')).toEqual([
      ['a', 'b'],
      ['1', ''],
    ]);
    expect(parseCsv('')).toEqual([]);
  });

  it('says where a quote is out of place', () => {
    expect(() => parseCsv('a,b\nx"y,z\n')).toThrow('row 2');
  });
});
