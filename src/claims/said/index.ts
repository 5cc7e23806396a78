import { article000 } from './article-000.js';
import { article001 } from './article-001.js';
import { article002 } from './article-002.js';
import { article003 } from './article-003.js';
import { article004 } from './article-004.js';
import type { Sentence } from './sentence.js';

/** What each article says and asks, by its number, in its order. */
export const sentences: Readonly<Record<string, readonly Sentence[]>> = {
  '000': article000,
  '001': article001,
  '002': article002,
  '003': article003,
  '004': article004,
};
