import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { readRecord, writeJson } from '../engines/files.ts';

export interface Mail {
  readonly id: string;
  readonly at: string;
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

/** A mailbox for trying things out, not an archive: older mails go. */
const KEPT = 200;

export interface MailStore {
  add(mail: Omit<Mail, 'id'>): Mail;
  /** Newest first. */
  list(): readonly Mail[];
}

function mailOf(file: string, id: string): Mail {
  const record = readRecord(file);
  const text = (key: string) => {
    const value = record[key];
    return typeof value === 'string' ? value : '';
  };
  return {
    id,
    at: text('at'),
    from: text('from'),
    to: text('to'),
    subject: text('subject'),
    text: text('text'),
  };
}

/** One file per mail, named by a running number, readable by its owner alone. */
export function openMailStore(dir: string): MailStore {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const fileOf = (id: string) => join(dir, `${id}.json`);
  const mails = readdirSync(dir)
    .filter((name) => /^\d{8}\.json$/.test(name))
    .sort()
    .map((name) => mailOf(join(dir, name), name.slice(0, 8)));
  return {
    add(mail) {
      const last = Number(mails.at(-1)?.id ?? '0');
      const kept: Mail = { ...mail, id: String(last + 1).padStart(8, '0') };
      writeJson(fileOf(kept.id), kept);
      mails.push(kept);
      for (const old of mails.splice(0, Math.max(0, mails.length - KEPT))) {
        rmSync(fileOf(old.id), { force: true });
      }
      return kept;
    },
    list: () => mails.toReversed(),
  };
}
