import { connect } from 'node:net';

/** True when something accepts connections there. */
export async function acceptsTcp(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    const finish = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => {
      finish(true);
    });
    socket.once('error', () => {
      finish(false);
    });
    socket.setTimeout(1000, () => {
      finish(false);
    });
  });
}

/** True when the address answers with one of the wanted states. */
export async function answersHttp(
  url: string,
  states: readonly number[] = [200],
): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2000) });
    await response.arrayBuffer();
    return states.includes(response.status);
  } catch {
    return false;
  }
}

/** ApiVersions, version 0: a broker that answers it takes requests; a mere open port may not yet. */
const API_VERSIONS_REQUEST = Buffer.from('0000000a00120000000000010000', 'hex');

export async function answersKafka(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    const finish = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => socket.write(API_VERSIONS_REQUEST));
    socket.once('data', () => {
      finish(true);
    });
    socket.once('error', () => {
      finish(false);
    });
    socket.once('close', () => {
      finish(false);
    });
    socket.setTimeout(2000, () => {
      finish(false);
    });
  });
}
