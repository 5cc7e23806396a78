import { inChinese } from '../../explain/words.zh.js';
import type { TryWords } from './words.js';

export const tryChinese: TryWords = {
  language: 'zh-CN',
  explanation: inChinese,
  modelSays: (predicted) => `模型预测的是 ${predicted}：请报告这个问题`,
  notPredicted: (why) => `没有预测：${why}`,
  asPredicted: (kernel, agree, decided, open) =>
    `Linux ${kernel}：${decided} 次调用中 ${agree} 次与模型预测的相同${open === 0 ? '' : `，${open} 次没有预测`}。`,
  nothingPredicted: (kernel) => `Linux ${kernel}：没有 bind、listen 或 connect，模型只预测这三种调用。`,

  pictureTitle: (kernel, sockets) => `Linux ${kernel} 怎样对待这 ${sockets} 个套接字`,
  noteModelSays: (note, predicted) => `${note}；模型预测的是 ${predicted}`,
  noteNotPredicted: (note) => `${note}；没有预测`,
  heading: '内核怎样对待这些套接字',
  agreeing: (kernel, agree, decided) => `Linux ${kernel}：预测过的 ${decided} 次调用中，${agree} 次与模型相同。`,
  head: ['套接字', '调用', '结果', '模型', '规则'],
  rules: '规则',
};
