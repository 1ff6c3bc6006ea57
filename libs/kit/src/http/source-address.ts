import { isIP } from 'node:net';

/** /24 of an IPv4 and /48 of an IPv6 address: enough to see a pattern, too little to name a person. */
export function truncateAddress(address: string): string {
  const kind = isIP(address);
  if (kind === 4) {
    return `${address.split('.').slice(0, 3).join('.')}.0/24`;
  }
  return kind === 6 ? `${expand(address).slice(0, 3).join(':')}::/48` : 'unknown';
}

/** What counts as one source for limits: an IPv4 address, or the /64 of an IPv6 one. */
export function sourceOf(address: string): string {
  return isIP(address) === 6 ? expand(address).slice(0, 4).join(':') : address;
}

function expand(address: string): string[] {
  const [head = '', tail] = address.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const middle =
    tail === undefined ? [] : Array.from({ length: 8 - left.length - right.length }, () => '0');
  return [...left, ...middle, ...right].map((group) => group.toLowerCase());
}
