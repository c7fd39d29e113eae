/** Imported first: schemas look at this setting when they are made. */
import { z } from 'zod';

// Compiled checks need `eval`, which security policies rightly forbid.
z.config({ jitless: true });
