import type { PeerCertificate } from 'node:tls';

/** Where a name leads. */
export interface Address {
  readonly address: string;
  readonly family: 4 | 6;
}

export interface ServiceRecord {
  readonly name: string;
  readonly port: number;
  readonly priority: number;
  readonly weight: number;
}

/** Why a name leads nowhere: nobody has it, or nobody said. */
export class NameError extends Error {
  override readonly name = 'NameError';
  readonly reason: 'unknown' | 'timeout' | 'failed';

  constructor(reason: NameError['reason'], message: string) {
    super(message);
    this.reason = reason;
  }
}

/** Where a connection goes, and what it says there. */
export interface Target {
  /** IP address. */
  readonly address: string;
  readonly port: number;
  /** Whom the certificate must name; sent as SNI unless it is an IP literal. */
  readonly host: string;
}

/** What a server showed of itself before a word was said. */
export interface Handshake {
  readonly protocol: string;
  readonly cipher: string;
  readonly certificate: PeerCertificate;
  /** The chain as served leads to an authority that is trusted here. */
  readonly trusted: boolean;
  /** Why not: OpenSSL's code such as `UNABLE_TO_VERIFY_LEAF_SIGNATURE`. */
  readonly untrusted: string | undefined;
  /** Why the certificate is not for that host; undefined: it is. */
  readonly misnamed: string | undefined;
}

export interface WebRequest extends Target {
  /** Unset: over TLS. */
  readonly plain?: boolean;
  /** Nothing is sent unless the certificate is trusted and names the host: a token goes along, or the answer is believed. */
  readonly verified?: boolean;
  readonly method?: 'GET' | 'POST' | 'PUT' | 'OPTIONS';
  /** Encoded, as it goes over the wire: nothing about it is changed on the way. */
  readonly path: string;
  /** Sent as `Host`; unset: host, with the port where it is not that of the scheme. */
  readonly hostHeader?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Most bytes of an answer that are read; unset: 50 KiB, as federating servers do. */
  readonly limit?: number;
  /** Longest time for the whole answer, however slowly it trickles, ms; unset: 5 s. */
  readonly patienceMs?: number;
}

export interface WebAnswer {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The body was longer than the limit, and is cut there. */
  readonly cut: boolean;
  /** Why no other server would take it from there: what is wrong with the certificate. */
  readonly distrusted?: string | undefined;
  readonly durationMs: number;
}

/** The ways of a connection to break, before there is an answer. */
export class ProbeError extends Error {
  override readonly name = 'ProbeError';
  /** tcp: nobody there. tls: no handshake. plain: it speaks HTTP without TLS. cut: no whole answer. blocked: a private address. */
  readonly step: 'tcp' | 'tls' | 'plain' | 'cut' | 'blocked';

  constructor(step: ProbeError['step'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.step = step;
  }
}

/**
 * The network as checks see it: injected, so that tests have names, addresses and clocks of their own. Certificates
 * are reported, not enforced unless a request says so: a check says what is wrong with one. No method follows a redirect or sends credentials.
 */
export interface Probe {
  /** @throws NameError */
  addresses(host: string): Promise<readonly Address[]>;
  /** Whether this machine has a way to such an address at all: many have none to IPv6 ones. */
  hasWay(address: Address): Promise<boolean>;
  /** Empty where there is none. @throws NameError */
  services(name: string): Promise<readonly ServiceRecord[]>;
  /** What the name is an alias (CNAME) of; undefined: it is none. */
  aliasOf(name: string): Promise<string | undefined>;
  /** @throws ProbeError */
  connect(target: Pick<Target, 'address' | 'port'>): Promise<{ readonly durationMs: number }>;
  /** @throws ProbeError */
  handshake(target: Target): Promise<Handshake>;
  /** @throws ProbeError */
  ask(request: WebRequest): Promise<WebAnswer>;
}
