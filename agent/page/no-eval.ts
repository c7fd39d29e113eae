/** Imported first: schemas look at this setting when they are made. */
import { z } from 'zod';

// Compiled checks need `eval`, which the page's security policy rightly forbids.
z.config({ jitless: true });
