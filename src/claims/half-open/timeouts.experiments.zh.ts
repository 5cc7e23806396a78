import type { ExperimentTextsByName } from '../experiment-texts.js';

export const timeoutsExperimentTexts: ExperimentTextsByName = {
  'user-timeout': {
    title: 'TCP_USER_TIMEOUT 与消失的对端',
    about: '有数据在途时，连接以 ETIMEDOUT 结束，比选项设的时间晚约 0.4 秒；空闲的连接察觉不到。',
    rule: 'tcp_write_timeout() 对没有得到 ACK 的数据应用 TCP_USER_TIMEOUT，从第一次重传算起（retransmits_timed_out()、tcp_clamp_rto_to_user_timeout()），所以会晚：晚的是到第一次重传的时间，加上最后一次重传的定时器。',
    labels: { error: '错误', after: '何时' },
    variants: { 'data on its way': '有数据在途', 'data on its way, 3 s': '有数据在途，3 秒', idle: '空闲' },
  },
  keepalive: {
    title: 'keepalive 与消失的对端',
    about: '空闲的连接会被探测，最后以 ETIMEDOUT 结束；有数据在途时不发探测。',
    rule: '有数据在途时 tcp_keepalive_timer() 不发探测：那时由重传决定，最多到 tcp_retries2（15 次，约 15 分钟）。两种情形最后都走到 tcp_write_err()。',
    labels: { error: '错误', after: '何时', probes: '探测' },
    variants: { idle: '空闲', 'data on its way': '有数据在途' },
  },
  'no-timeout': {
    title: '对端消失，什么都没设',
    about: '空闲的连接上没有定时器：它永远是 ESTABLISHED，recv() 不会返回。',
    rule: 'RFC 9293 3.8.4 节：keepalive 默认是关的。没有数据要发、又没设 SO_KEEPALIVE，tcp_write_timer() 和 tcp_keepalive_timer() 都不会启动。',
    labels: { error: '错误', after: '何时' },
  },
};
