import type { Field, Structure } from './structure-shape.js';
import { tcpInfo } from './tcp-info-fields.js';

const address = 'string';
const index: Field = { type: 'number', doc: 'Index of the interface.' };
const sequence: Field = { type: 'number', doc: 'A sequence number.' };

/** The values of options that are objects, by the name of their type. `npm run generate` declares them in `values.gen.ts`. */
export const structures = {
  Linger: {
    doc: '`struct linger`, socket(7).',
    fields: {
      on: { type: 'boolean', doc: 'Off: close returns at once, and the kernel goes on sending.', c: 'l_onoff' },
      seconds: {
        type: 'number',
        unit: 'seconds',
        doc: 'Whole ones, for which close waits; with 0 it resets the connection.',
        c: 'l_linger',
      },
    },
  },
  UserCredentials: {
    doc: '`struct ucred`, unix(7).',
    fields: {
      pid: { type: 'number', doc: 'Process.' },
      uid: { type: 'number', doc: 'Effective user.' },
      gid: { type: 'number', doc: 'Effective group.' },
    },
  },
  Membership: {
    doc: '`struct ip_mreqn`, ip(7): the interface by index, or by its address, or (neither) by the routing table.',
    fields: {
      multicastAddress: { type: address, doc: 'The group.', c: 'imr_multiaddr' },
      localAddress: { type: address, optional: true, doc: 'Of the interface.', c: 'imr_address' },
      interfaceIndex: { ...index, optional: true, c: 'imr_ifindex' },
    },
  },
  SourceMembership: {
    doc: '`struct ip_mreq_source`, ip(7).',
    fields: {
      multicastAddress: { type: address, doc: 'The group.', c: 'imr_multiaddr' },
      interfaceAddress: { type: address, doc: 'Of this host, names the interface.', c: 'imr_interface' },
      sourceAddress: { type: address, doc: 'The sender.', c: 'imr_sourceaddr' },
    },
  },
  Membership6: {
    doc: '`struct ipv6_mreq`, ipv6(7).',
    fields: {
      multicastAddress: { type: address, doc: 'The group.', c: 'ipv6mr_multiaddr' },
      interfaceIndex: { ...index, c: 'ipv6mr_interface' },
    },
  },
  GroupMembership: {
    doc: '`struct group_req`, RFC 3678 section 5.1; IPv4 or IPv6.',
    fields: {
      interfaceIndex: { ...index, c: 'gr_interface' },
      group: { type: address, doc: 'IPv4 or IPv6 address.', c: 'gr_group' },
    },
  },
  GroupSourceMembership: {
    doc: '`struct group_source_req`, RFC 3678 section 5.1; IPv4 or IPv6.',
    fields: {
      interfaceIndex: { ...index, c: 'gsr_interface' },
      group: { type: address, doc: 'IPv4 or IPv6 address.', c: 'gsr_group' },
      source: { type: address, doc: 'The sender, of the same family.', c: 'gsr_source' },
    },
  },
  MulticastInterface: {
    doc: 'The interface datagrams to a group leave by, ip(7): by its address, or by index.',
    fields: {
      localAddress: { type: address, optional: true, doc: 'Of the interface.', c: 'imr_address' },
      interfaceIndex: { ...index, optional: true, c: 'imr_ifindex' },
    },
  },
  MemoryInfo: {
    doc: '`SK_MEMINFO_`, linux/sock_diag.h; in this order, a word each.',
    fields: {
      receiveAllocated: {
        type: 'number',
        unit: 'bytes',
        doc: 'What waits to be read, with its overhead.',
        c: 'SK_MEMINFO_RMEM_ALLOC',
      },
      receiveBuffer: { type: 'number', unit: 'bytes', doc: 'The bound: SO_RCVBUF.', c: 'SK_MEMINFO_RCVBUF' },
      sendAllocated: {
        type: 'number',
        unit: 'bytes',
        doc: 'What the card has not taken yet.',
        c: 'SK_MEMINFO_WMEM_ALLOC',
      },
      sendBuffer: { type: 'number', unit: 'bytes', doc: 'The bound: SO_SNDBUF.', c: 'SK_MEMINFO_SNDBUF' },
      forwardAllocated: {
        type: 'number',
        unit: 'bytes',
        doc: 'Reserved for what comes next.',
        c: 'SK_MEMINFO_FWD_ALLOC',
      },
      sendQueued: {
        type: 'number',
        unit: 'bytes',
        doc: 'What TCP has not sent, or was not acknowledged.',
        c: 'SK_MEMINFO_WMEM_QUEUED',
      },
      optionMemory: {
        type: 'number',
        unit: 'bytes',
        doc: 'Filters, memberships and the like.',
        c: 'SK_MEMINFO_OPTMEM',
      },
      backlog: {
        type: 'number',
        unit: 'bytes',
        doc: 'What came while the socket was locked.',
        c: 'SK_MEMINFO_BACKLOG',
      },
      drops: {
        type: 'number',
        unit: 'packets',
        doc: 'Lost, as there was no room or for a wrong checksum.',
        c: 'SK_MEMINFO_DROPS',
      },
    },
  },
  FilterInstruction: {
    doc: '`struct sock_filter`, an instruction of classic BPF: Documentation/networking/filter.rst.',
    fields: {
      code: { type: 'number', doc: 'What to do, as 6 for return.' },
      jt: { type: 'number', doc: 'Instructions to skip if a comparison is true.' },
      jf: { type: 'number', doc: 'The same if it is false.' },
      k: { type: 'number', doc: 'The operand.' },
    },
  },
  PortRange: {
    doc: 'Ephemeral ports of one socket, IP_LOCAL_PORT_RANGE.',
    fields: {
      low: { type: 'number', doc: 'The lowest; 0 for that of net.ipv4.ip_local_port_range.' },
      high: { type: 'number', doc: 'The highest; 0 likewise.' },
    },
  },
  InternetEndpoint: {
    doc: 'An address and port.',
    fields: { address: { type: address, doc: 'IPv4 or IPv6.' }, port: { type: 'number' } },
  },
  TransmitTime: {
    doc: '`struct sock_txtime`, linux/net_tstamp.h.',
    fields: {
      clockId: {
        type: 'number',
        doc: 'A `CLOCK_` number, as 1 for CLOCK_MONOTONIC or 11 for CLOCK_TAI.',
        c: 'clockid',
      },
      flags: {
        type: 'number',
        doc: '1 takes the time for a deadline, 2 reports packets that were not sent on the error queue.',
      },
    },
  },
  Timestamping: {
    doc: '`struct so_timestamping`, Documentation/networking/timestamping.rst.',
    fields: {
      flags: { type: 'TimestampingFlags' },
      bindPhc: {
        type: 'number',
        optional: true,
        doc: 'Clock of the network card to stamp by, with `SOF_TIMESTAMPING_BIND_PHC`. Default 0. Linux 5.14.',
        c: 'bind_phc',
      },
    },
  },
  PacketMembership: {
    doc: '`struct packet_mreq`, packet(7).',
    fields: {
      interfaceIndex: { ...index, c: 'mr_ifindex' },
      type: { type: 'PacketMembershipType', c: 'mr_type' },
      hardwareAddress: {
        type: address,
        optional: true,
        doc: 'With `PACKET_MR_MULTICAST` and `PACKET_MR_UNICAST`, as `01:00:5e:00:00:01`.',
        c: 'mr_address',
      },
    },
  },
  PacketStatistics: {
    doc: '`struct tpacket_stats_v3`, packet(7): what happened since the last reading.',
    fields: {
      packets: { type: 'number', unit: 'packets', doc: 'Those that came, the dropped ones included.', c: 'tp_packets' },
      drops: { type: 'number', unit: 'packets', c: 'tp_drops' },
      freezes: { type: 'number', doc: 'How often the ring was full, with TPACKET_V3.', c: 'tp_freeze_q_cnt' },
    },
  },
  PacketFanout: {
    doc: '`struct fanout_args`, packet(7).',
    fields: {
      groupId: { type: 'number', doc: 'Names the group within its network namespace.', c: 'id' },
      mode: { type: 'PacketFanoutMode | number', doc: 'How packets are spread; a number for one without a name here.' },
      flags: { type: 'readonly PacketFanoutFlag[]', optional: true },
      maxMembers: {
        type: 'number',
        optional: true,
        doc: 'Of the group, given by its first socket; default 256. Linux 5.11.',
        c: 'max_num_members',
      },
    },
  },
  PacketRollover: {
    doc: "`struct tpacket_rollover_stats`: packets that another socket of the group got, as this one's was full.",
    fields: {
      all: { type: 'bigint', unit: 'packets', c: 'tp_all' },
      huge: { type: 'bigint', unit: 'packets', doc: 'Those of a flow that is larger than others.', c: 'tp_huge' },
      failed: { type: 'bigint', unit: 'packets', doc: 'Those that found no socket with room.', c: 'tp_failed' },
    },
  },
  Subflow: {
    doc: '`struct mptcp_subflow_addrs`, linux/mptcp.h.',
    fields: { local: { type: 'InternetEndpoint' }, remote: { type: 'InternetEndpoint' } },
  },
  RepairWindow: {
    doc: '`struct tcp_repair_window`, linux/tcp.h.',
    fields: {
      sndWl1: { ...sequence, c: 'snd_wl1' },
      sndWnd: { type: 'number', unit: 'bytes', c: 'snd_wnd' },
      maxWindow: { type: 'number', unit: 'bytes', c: 'max_window' },
      rcvWnd: { type: 'number', unit: 'bytes', c: 'rcv_wnd' },
      rcvWup: { ...sequence, c: 'rcv_wup' },
    },
  },
  RepairOption: {
    doc: '`struct tcp_repair_opt`, linux/tcp.h: a TCP option that was negotiated.',
    fields: {
      code: { type: 'number', doc: 'Kind of the option, as 2 for the maximum segment size.', c: 'opt_code' },
      value: { type: 'number', c: 'opt_val' },
    },
  },
  TcpInfo: tcpInfo,
} as const satisfies Record<string, Structure>;
