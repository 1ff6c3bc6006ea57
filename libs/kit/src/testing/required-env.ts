/** A real engine's address; its absence is a failure with a reason, never a skipped test. */
export function requiredEnv(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') {
    throw new Error(`${name} is not set: these tests need the real engine and never skip`);
  }
  return value;
}
