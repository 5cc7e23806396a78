import type { TextsById } from '../case-texts.js';

export const nodeServersTexts: TextsById = {
  G12: {
    title: 'Node 自己的服务器，Ctrl+C 之后',
    claim: '有客户端连接时用 Ctrl+C 停止服务器，不能马上再启动：bind 失败。',
    laws: [
      'Node 给每个 TCP 服务器都设了 SO_REUSEADDR，net、http、cluster 都是，马上就能重启。UDP 套接字什么都不留下，不用任何选项就能再启动。',
      'Node 没有设 SO_REUSEADDR，重启失败。',
    ],
    advice:
      'Node 的 TCP 服务器什么都不用设：它已经有 SO_REUSEADDR。dgram 套接字只有用组播时才设 `reuseAddr`，只有确实要多个进程时才设 `reusePort`：设了它，误启动的第二个会与第一个同时运行，而不是失败。',
    labels: {
      sets: '地址和选项',
      without: '没设 SO_REUSEADDR 的 TCP 服务器',
      restart: '重启',
      udpRestart: 'UDP 套接字重启',
      udpBeside: '端口上的第二个 UDP 套接字',
    },
  },
  V2: {
    title: 'Node 不指定主机的服务器，与 IPv4 的服务器',
    claim: 'Node 的服务器不指定主机时在 [::] 上监听，端口留给 IPv4 的服务器用。',
    laws: [
      'Node 不指定主机的服务器，既占有全部 IPv6 地址，也占有全部 IPv4 地址：别的监听者不能在其中任何一个地址上与它同时启动，Node 也不能在已有这样的监听者时启动。设了 ipv6Only 就不占 IPv4，但只有把主机写成 “::” 时才有效，不写主机就不起作用。',
      'Node 不指定主机的服务器，既占有全部 IPv6 地址，也占有全部 IPv4 地址：别的监听者不能在其中任何一个地址上与它同时启动，Node 也不能在已有这样的监听者时启动。设了 ipv6Only 就不占 IPv4，主机写不写成 “::” 都一样。',
      'Node 不指定主机的服务器，把端口留给 IPv4 的服务器用。',
    ],
    advice:
      "要让另一个程序用 IPv4 上的这个端口，就给 listen() 指定主机，或者用 `{ host: '::', ipv6Only: true }`。不指定的话，Node 的 [::] 也占有全部 IPv4 地址，而其中任何一个地址上的监听者都会挡住它。",
    rows: {
      'Node, then 0.0.0.0': '先 Node，后 0.0.0.0',
      'Node, then A': '先 Node，后 A',
      'Node, then 127.0.0.1': '先 Node，后 127.0.0.1',
      'Node, then [::1]': '先 Node，后 [::1]',
      'Node, then [::] v6only': '先 Node，后 [::] v6only',
      '0.0.0.0, then Node': '先 0.0.0.0，后 Node',
      'A, then Node': '先 A，后 Node',
      '127.0.0.1, then Node': '先 127.0.0.1，后 Node',
      '[::1], then Node': '先 [::1]，后 Node',
      '[::] v6only, then Node': '先 [::] v6only，后 Node',
      'Node, ipv6Only, then 0.0.0.0': '先设了 ipv6Only 的 Node，后 0.0.0.0',
      'Node, ipv6Only on ::, then 0.0.0.0': '先在 :: 上设了 ipv6Only 的 Node，后 0.0.0.0',
      '0.0.0.0, then Node, ipv6Only on ::': '先 0.0.0.0，后在 :: 上设了 ipv6Only 的 Node',
    },
  },
};
