import { expect, it } from 'vitest';
import { config } from '../fakes.ts';

it.each(['203.0.113.9', '2001:db8::9', 'media.calls.example'])('announces %s as it is told', (announcedAddress) => {
  expect(config({ media: { announcedAddress } }).media.announcedAddress).toBe(announcedAddress);
});

it.each(['not an address', 'http://203.0.113.9', '203.0.113.9:40000', '203.0.113', '203.0.113.900', ''])(
  'refuses to announce "%s", which no caller could reach',
  (announcedAddress) => {
    expect(() => config({ media: { announcedAddress } })).toThrow(/IP address/);
  },
);
