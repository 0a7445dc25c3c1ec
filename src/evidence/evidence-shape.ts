import { z } from 'zod';
import { asked, moment } from '../platform/http/shape.js';
import { REPORT_FORMATS } from './report/report.js';

export const reportQuery = asked({
  from: moment.optional().describe('by default the first snapshot'),
  to: moment.optional(),
  format: z.enum(REPORT_FORMATS).default('html'),
});

export const evidenceBody = asked({
  from: moment.optional().describe('by default the first snapshot'),
  to: moment.optional(),
});

export const keyShape = z.object({
  fingerprint: z.string().describe("SHA-256 of the public key's DER"),
  pem: z.string(),
});
