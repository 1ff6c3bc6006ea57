export default async function tearDown() {
  await globalThis.tokometricsEngines?.stop();
}
