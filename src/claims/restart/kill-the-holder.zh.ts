import type { TextsById } from '../case-texts.js';

export const killTheHolderTexts: TextsById = {
  S19: {
    title: '找到占用端口的进程，弄死它',
    claim: '端口被占用，就找到占用它的进程，弄死它，再启动服务器。',
    laws: [
      '只绑定、LISTEN、CLOSE_WAIT：弄死进程，端口就空出来。ESTABLISHED 和 FIN_WAIT2：弄死以后留下 FIN_WAIT2，重启失败。TIME_WAIT 和没有进程的 FIN_WAIT2：没有进程可弄死。',
    ],
    advice:
      '先看状态：`sockwise why PORT`。只有 LISTEN、而且进程确实该杀时才杀。死去的进程留下的连接，要靠新老服务器都设 SO_REUSEADDR，或者等一分钟。',
    labels: { found: '找到', left: '杀死之后留下', restart: '重启' },
    rows: { 'FIN_WAIT2, still open': 'FIN_WAIT2，仍然打开' },
  },
};
