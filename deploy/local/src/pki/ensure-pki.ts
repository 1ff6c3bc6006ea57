// tsyringe, below @peculiar/x509, refuses to load without it.
import 'reflect-metadata';
import { webcrypto, X509Certificate as NodeCertificate } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';

/** PEM files of one side. */
export interface CertificateFiles {
  readonly cert: string;
  readonly key: string;
}

export interface LocalPki {
  /** Certificate of the local authority; its key exists only while the others are made. */
  readonly ca: string;
  readonly server: CertificateFiles;
  /** For the people who look after privacy: `curl --cert … --key … --cacert …`. */
  readonly client: CertificateFiles;
}

type KeyPair = Awaited<ReturnType<typeof makeKeys>>;

const DAY_MS = 86_400_000;
const DAYS = 365;
const RENEW_DAYS = 30;
const EC = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const SIGNATURE = { name: 'ECDSA', hash: 'SHA-256' } as const;

function makeKeys() {
  return webcrypto.subtle.generateKey(EC, true, ['sign', 'verify']);
}

async function writeKey(file: string, keys: KeyPair): Promise<void> {
  const der = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  writeFileSync(file, PemConverter.encode(der, 'PRIVATE KEY'), { mode: 0o600 });
}

/** Still valid for a month, and all there; else everything is made anew. */
function isUsable(
  files: readonly string[],
  certificates: readonly string[],
  nowMs: number,
): boolean {
  return (
    files.every((file) => existsSync(file)) &&
    certificates.every((file) => {
      const { validTo } = new NodeCertificate(readFileSync(file));
      return Date.parse(validTo) > nowMs + RENEW_DAYS * DAY_MS;
    })
  );
}

interface Issue {
  readonly commonName: string;
  readonly usage: ExtendedKeyUsage;
  readonly files: CertificateFiles;
}

async function makeAuthority(validity: { notBefore: Date; notAfter: Date }) {
  const keys = await makeKeys();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=TokoMetrics local authority',
    keys,
    ...validity,
    signingAlgorithm: SIGNATURE,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign, true),
    ],
  });
  return { keys, certificate, validity };
}

async function issue(
  authority: Awaited<ReturnType<typeof makeAuthority>>,
  { commonName, usage, files }: Issue,
): Promise<void> {
  const keys = await makeKeys();
  const certificate = await X509CertificateGenerator.create({
    subject: `CN=${commonName}`,
    issuer: authority.certificate.subject,
    publicKey: keys.publicKey,
    signingKey: authority.keys.privateKey,
    ...authority.validity,
    signingAlgorithm: SIGNATURE,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([usage]),
      ...(usage === ExtendedKeyUsage.serverAuth
        ? [
            new SubjectAlternativeNameExtension([
              { type: 'dns', value: 'localhost' },
              { type: 'ip', value: '127.0.0.1' },
            ]),
          ]
        : []),
    ],
  });
  await writeKey(files.key, keys);
  writeFileSync(files.cert, certificate.toString('pem'), { mode: 0o600 });
}

/**
 * Certificates of this machine for the DPO listener, made at the first start and a month before
 * they end. The authority's key is never written, so nobody can make further clients.
 */
export async function ensurePki(dir: string, nowMs: number = Date.now()): Promise<LocalPki> {
  const at = (name: string): CertificateFiles => ({
    cert: join(dir, `${name}.crt`),
    key: join(dir, `${name}.key`),
  });
  const pki: LocalPki = { ca: join(dir, 'ca.crt'), server: at('server'), client: at('dpo') };
  const certificates = [pki.ca, pki.server.cert, pki.client.cert];
  if (isUsable([...certificates, pki.server.key, pki.client.key], certificates, nowMs)) {
    return pki;
  }
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const authority = await makeAuthority({
    notBefore: new Date(nowMs - DAY_MS),
    notAfter: new Date(nowMs + DAYS * DAY_MS),
  });
  const server = { commonName: 'localhost', usage: ExtendedKeyUsage.serverAuth, files: pki.server };
  const client = { commonName: 'local-dpo', usage: ExtendedKeyUsage.clientAuth, files: pki.client };
  await issue(authority, server);
  await issue(authority, client);
  // Last: its presence says that the set is whole.
  writeFileSync(pki.ca, authority.certificate.toString('pem'), { mode: 0o600 });
  return pki;
}
