import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import type { Probe } from './probe.ts';

/** What the system says where it has no address or no route of that kind; a remote firewall says other things. */
const NO_WAY = new Set(['ENETUNREACH', 'EADDRNOTAVAIL', 'EAFNOSUPPORT']);

/** Asks this system's routes alone: connecting a UDP socket sends nothing. */
export const hasWay: Probe['hasWay'] = ({ address }) =>
  new Promise((resolve) => {
    const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
    const ended = (error?: NodeJS.ErrnoException): void => {
      socket.close();
      resolve(!NO_WAY.has(error?.code ?? ''));
    };
    socket.once('error', ended);
    socket.connect(9, address, ended);
  });
