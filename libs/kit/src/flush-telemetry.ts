/** The last spans leave before the process does, when the telemetry file is loaded. */
export async function flushTelemetry(): Promise<void> {
  const telemetry: unknown = Reflect.get(globalThis, Symbol.for('tokometrics.telemetry'));
  if (hasShutdown(telemetry)) {
    await telemetry.shutdown();
  }
}

function hasShutdown(telemetry: unknown): telemetry is { shutdown(): Promise<void> } {
  return (
    typeof telemetry === 'object' &&
    telemetry !== null &&
    'shutdown' in telemetry &&
    typeof telemetry.shutdown === 'function'
  );
}
