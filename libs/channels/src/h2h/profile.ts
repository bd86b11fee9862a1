import type { z } from 'zod';
import { profileOf } from '../profile';

/** How a group of partners speaks the H2H JSON API: config/channels/<name>.yaml with `protocol: h2h`. */
export const H2hProfile = profileOf('h2h', {});
export type H2hProfile = z.infer<typeof H2hProfile>;
