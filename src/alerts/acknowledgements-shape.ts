/** What acknowledging an alert takes and gives. */
import { z } from 'zod';
import { asked, reason } from '../platform/http/shape.js';

export const alertId = z
  .string()
  .regex(/^\d{1,9}\.\d{1,9}$/, { error: 'must be the id of an alert such as 2.1' })
  .describe('`<seq>.<no>`, as its message and GET …/alerts give it');

export const acknowledgeAlertBody = asked({ reason });

export const acknowledgedAlertShape = z.object({ source: z.string(), alerts: z.array(z.string()) });
