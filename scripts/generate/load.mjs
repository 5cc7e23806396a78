// The tables that files are written from, as their source now says: no build, which may fail without those files.
import { createJiti } from 'jiti';

const jiti = createJiti(import.meta.url, { fsCache: false });
const load = (path) => jiti.import(new URL(`../../src/${path}`, import.meta.url).pathname);

export const { catalog } = await load('options/catalog.ts');
export const { kinds } = await load('options/kinds.ts');
export const { socketKinds } = await load('options/socket-kinds.ts');
export const { structures } = await load('options/structures.ts');
export const { rules, unpredictables } = await load('explain/rules.ts');
export const { lifeRules } = await load('explain/life-rules.ts');
export const { articles } = await load('claims/articles.ts');
export const { sentences } = await load('claims/said/index.ts');
export const systems = await load('claims/systems.ts');

/** What reports are made with, as far as it needs no addon. */
export const { compareRuns, reasonText } = await load('lab/record/compare.ts');
export const { textOf } = await load('lab/draw/page/words.ts');
export const { markdownCell: cell } = await load('lab/draw/markdown.ts');
