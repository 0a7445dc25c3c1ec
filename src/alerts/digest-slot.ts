import { nextSlot, type Schedule } from '../platform/slots.js';

/** When somebody is told next. @throws Error for a schedule that never comes due: the configuration has none */
export function slotAfter(schedule: Schedule, moment: Date): Date {
  const slot = nextSlot(schedule, moment);
  if (slot === null) throw new Error(`"${schedule.expression}" never comes due`);
  return slot;
}
