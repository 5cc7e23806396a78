import type { TextsById } from '../case-texts.js';

const places = ['0.0.0.0', 'A', '[::]', '[::] v6only', '[A6]', '[::ffff:A]'];
const rows = Object.fromEntries(
  [...places.map((place) => [place, place]), ['TIME_WAIT of A on [::]', '[::] 上属于 A 的 TIME_WAIT']].flatMap(
    ([first, text]) => places.map((second) => [`${first}, then ${second}`, `先 ${text}，后 ${second}`]),
  ),
);

export const dualStackTexts: TextsById = {
  V3: {
    title: '一个端口上的 IPv4 和 IPv6',
    claim: 'IPv4 的套接字和 IPv6 的套接字从不冲突，因为各有各的地址。',
    laws: [
      '绑定 [::] 的套接字也占有全部 IPv4 地址，除非设了 IPV6_V6ONLY；[::ffff:A] 就是 A。经 IPv4 来的客户端留下的 TIME_WAIT 也一样：它挡住 A、0.0.0.0 和 [::]，不挡 IPv6 地址，也不挡设了 IPV6_V6ONLY 的 [::]。',
      'IPv4 的套接字和 IPv6 的套接字从不冲突。',
    ],
    advice:
      '[::] 的服务器要与 0.0.0.0 的服务器同时运行，就设 IPV6_V6ONLY。不设的话，[::] 也占有全部 IPv4 地址；重启以后，IPv4 客户端留下的 TIME_WAIT 会挡住 IPv4 服务器。',
    rows,
  },
};
