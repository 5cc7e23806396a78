import type { TextsById } from '../case-texts.js';

export const closedProgramTexts: TextsById = {
  S22: {
    title: '改不了的程序，从外面帮它',
    claim:
      '不设选项又改不了的程序，仍然可以马上重启：用 LD_PRELOAD；用 pidfd_getfd(2) 拿到它的监听套接字再 setsockopt()；放在代理后面；或者用 systemd 的套接字。',
    laws: [
      '新老程序都用 LD_PRELOAD 运行，就管用。pidfd_getfd(2) 只够得着老程序，所以新程序还要用 LD_PRELOAD。代理管用；systemd 的监听套接字也管用，只要程序接收它的描述符；自己绑定的程序会失败，因为端口已归那个监听套接字。',
    ],
    advice:
      '把 LD_PRELOAD 长期写进程序的 unit，这样老程序也有它。socket 单元适合能接收描述符的程序。别的程序，前面放 systemd-socket-proxyd 或别的代理，程序自己换一个端口绑定。',
    rows: {
      nothing: '什么都不做',
      'LD_PRELOAD for both': '新老都用 LD_PRELOAD',
      'LD_PRELOAD for the new one only': '只有新的用 LD_PRELOAD',
      'setsockopt through pidfd_getfd, on the old one': '经 pidfd_getfd 对老的 setsockopt',
      'setsockopt through pidfd_getfd, on the old one, and LD_PRELOAD for the new one':
        '经 pidfd_getfd 对老的 setsockopt，新的用 LD_PRELOAD',
      'a proxy in front of it, and another port for the new one': '前面放代理，新的换一个端口',
      "a listener of systemd's, which the program takes over": 'systemd 的监听套接字，程序接收它',
      "a listener of systemd's, and the program binds for itself": 'systemd 的监听套接字，程序自己绑定',
    },
  },
};
