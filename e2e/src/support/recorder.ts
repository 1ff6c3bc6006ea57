import { createServer, request as forward } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

/** Between the connector and the sandbox: passes everything on and keeps every answer as it was sent. */
export interface Recorder {
  readonly url: string;
  /** Where calls go; known only once the sandbox runs. */
  aim(target: string): void;
  /** Bodies of answers, oldest first. */
  answers(): readonly string[];
  stop(): Promise<void>;
}

export async function startRecorder(): Promise<Recorder> {
  const answers: string[] = [];
  let target = '';
  const server = createServer((asked, answer) => {
    const onward = forward(
      `${target}${asked.url ?? ''}`,
      { method: asked.method, headers: { ...asked.headers, host: new URL(target).host } },
      (told) => {
        const chunks: Buffer[] = [];
        answer.writeHead(told.statusCode ?? 502, told.headers);
        told.on('data', (chunk: Buffer) => chunks.push(chunk));
        told.on('end', () => {
          const bytes = Buffer.concat(chunks);
          const isPacked = told.headers['content-encoding'] === 'gzip';
          answers.push((isPacked ? gunzipSync(bytes) : bytes).toString('utf8'));
        });
        told.on('error', () => answer.destroy());
        told.pipe(answer);
      },
    );
    onward.on('error', () => answer.destroy());
    asked.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${String(port)}`,
    aim(to) {
      target = to;
    },
    answers: () => answers,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}
