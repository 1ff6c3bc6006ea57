import { addMonths } from '@tokometrics/contracts';

const DAY_MS = 86_400_000;

/**
 * The day by which a request must be answered: thirty days (our policy) or one calendar month (the
 * law), whichever ends first. The day of receipt does not count; a missing day is the month's last.
 */
export function answerDue(receivedAt: Date): Date {
  const byPolicy = new Date(receivedAt.getTime() + 30 * DAY_MS);
  const lastDay = addMonths(receivedAt.toISOString().slice(0, 10), 1);
  const byLaw = new Date(`${lastDay}T23:59:59.999Z`);
  return byPolicy < byLaw ? byPolicy : byLaw;
}

export function later(instant: string, ms: number): string {
  return new Date(Date.parse(instant) + ms).toISOString();
}
