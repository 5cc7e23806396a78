/** An instruction of classic BPF, as SO_ATTACH_FILTER takes it. */
interface Instruction {
  readonly code: number;
  readonly jt: number;
  readonly jf: number;
  readonly k: number;
}

// linux/filter.h, linux/bpf_common.h. A program of a SO_REUSEPORT group begins behind the TCP header (run_bpf_filter()), so
// that headers are reached from the network header alone.
const networkHeader = 0xfff0_0000;
const ancillary = 0xffff_f000;
const cpu = ancillary + 36;
const random = ancillary + 56;
const ipv6Header = 40;

const does = (code: number, k: number, jt = 0, jf = 0): Instruction => ({ code, k, jt, jf });
const load = (at: number): Instruction => does(0x20, at);
const loadByte = (at: number): Instruction => does(0x30, at);
const loadHalf = (at: number): Instruction => does(0x28, at);
const modulo = (by: number): Instruction => does(0x94, by);
const ifEqual = (to: number, jt: number, jf: number): Instruction => does(0x15, to, jt, jf);
const give = (index: number): Instruction => does(0x06, index);
const giveA = does(0x16, 0);

/** No socket has this index: the kernel's hash decides then (reuseport_select_sock()). */
const byHash = 0xffff_ffff;

/** SYNs from one port go to the member at `index`, all others where the kernel's hash says. */
export function onlyFromPort(port: number, index: number): Instruction[] {
  return [
    loadByte(networkHeader),
    does(0x74, 4),
    ifEqual(4, 0, 3),
    // X becomes the length of the IPv4 header.
    does(0xb1, networkHeader),
    does(0x48, networkHeader),
    does(0x05, 1),
    loadHalf(networkHeader + ipv6Header),
    ifEqual(port, 0, 1),
    give(index),
    give(byHash),
  ];
}

/** To any of `count` members but the one at `index`. */
export function awayFrom(index: number, count: number): Instruction[] {
  return [load(random), modulo(count - 1), ifEqual(index, 0, 1), give(count - 1), giveA];
}

/** To the member whose index is the number of the processor that takes the segment in, modulo `count`. */
export function byProcessor(count: number): Instruction[] {
  return [load(cpu), modulo(count), giveA];
}
