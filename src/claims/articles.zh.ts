/** The titles of the articles, by number. */
export const articleTitles: Readonly<Record<string, string>> = {
  '000': 'socket 编程中服务端重启时 bind 失败',
  '001': 'SO_REUSEADDR',
  '002': '网络编程实战第 15 讲：“地址已经被使用”',
  '003': 'TCP socket 关闭后端口仍然占用',
  '004': 'Linux 下 TCP 连接断开后，端口释放问题',
};
