import { existsSync, readFileSync } from 'node:fs';
import { release } from 'node:os';
import { type Command, Option } from 'commander';
import type { Language } from '../languages.js';
import type { Finding } from './checks.js';
import { doctorEnglish, type DoctorWords } from './doctor-words.js';
import { isUsageError } from './exit.js';
import type { LanguageFlag } from './language.js';

function proc(words: DoctorWords): Finding {
  const ok = existsSync('/proc/version');
  return { what: '/proc', ok, found: ok ? words.mounted : words.notMounted, ...(!ok && { cure: words.mountProc }) };
}

/** `undefined` where /proc is not mounted. */
function effectiveCapabilities(): bigint | undefined {
  try {
    const status = readFileSync('/proc/self/status', 'utf8');
    return BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`);
  } catch {
    return undefined;
  }
}

function capabilities(words: DoctorWords): Finding {
  const mask = effectiveCapabilities();
  if (mask === undefined)
    return { what: 'capabilities', ok: false, found: words.statusUnread, cure: words.mountForStatus };
  const wanted = { CAP_NET_BIND_SERVICE: 10n, CAP_NET_ADMIN: 12n, CAP_NET_RAW: 13n, CAP_SYS_ADMIN: 21n };
  const missing = Object.entries(wanted)
    .filter(([, bit]) => (mask & (1n << bit)) === 0n)
    .map(([name]) => name);
  const ok = missing.length === 0;
  const found = ok ? words.allCapabilities : words.withoutCapabilities(missing.join(', '));
  return { what: 'capabilities', ok, found, ...(!ok && { cure: words.lackOfCapabilities }) };
}

/** How wide it is on a terminal, where names are of ASCII and Chinese alone: what measures any text may not load here. */
function columns(name: string): number {
  return name.length + (name.match(/[\u2e80-\uffff]/g)?.length ?? 0);
}

/** What needs no addon. */
function first(words: DoctorWords): Finding[] {
  return [
    { what: 'Linux', ok: process.platform === 'linux', found: `${process.platform} ${release()}` },
    { what: 'Node', ok: true, found: `${process.version}, Node-API ${process.versions['napi'] ?? '?'}` },
    proc(words),
    capabilities(words),
  ];
}

/** The rest, of this process; where there is no addon, why. */
async function rest(words: DoctorWords, lang: Language): Promise<Finding[]> {
  try {
    const { checks } = await import('./checks.js');
    const { chosenLanguage } = await import('./language.js');
    return [{ what: 'addon', ok: true, found: words.loaded }, ...checks(words, await chosenLanguage({ lang }))];
  } catch (error) {
    if (!isUsageError(error) || error.code !== 'ERR_NATIVE_LOAD') throw error;
    return [{ what: 'addon', ok: false, found: error.message, cure: words.notLoaded }];
  }
}

/** As an ordinary user: what was found outside, told to the process inside the user namespace, where the lab's hosts are. */
const outside = 'SOCKWISE_DOCTOR_OUTSIDE';

async function findings(words: DoctorWords, lang: Language): Promise<Finding[]> {
  const told = process.env[outside];
  if (told !== undefined) return [...(JSON.parse(told) as Finding[]), ...(await rest(words, lang))];
  const here = first(words);
  try {
    const { namespacesAvailable, reexecInUserNamespace } = await import('../index.js');
    if (namespacesAvailable().how === 'user-namespace') {
      process.env[outside] = JSON.stringify(here);
      process.exit(await reexecInUserNamespace());
    }
  } catch (error) {
    if (!isUsageError(error) || error.code !== 'ERR_NATIVE_LOAD') throw error;
  }
  return [...here, ...(await rest(words, lang))];
}

/** As other commands have it, which cannot do without the addon. */
function languageOption(): Option {
  const languages: readonly Language[] = ['en', 'zh'];
  return new Option('--lang <language>', 'language of what is printed, en without it')
    .choices(languages)
    .conflicts('json');
}

export function addDoctorCommand(program: Command): void {
  program
    .command('doctor')
    .description('check what this machine supports and how to enable the rest')
    .option('--json', 'print the findings as JSON')
    .addOption(languageOption())
    .action(async ({ json, lang = 'en' }: LanguageFlag & { json?: boolean }) => {
      const words = lang === 'en' ? doctorEnglish : (await import('./doctor-words.zh.js')).doctorChinese;
      const found = await findings(words, lang);
      if (json === true) {
        console.log(JSON.stringify(found, undefined, 2));
        return;
      }
      const width = 20;
      for (const { what, ok, found: text, cure } of found) {
        const name = words.names[what];
        const told = cure === undefined ? text : words.andCure(text, cure);
        console.log(`${ok ? words.yes : words.no}  ${name}${' '.repeat(Math.max(0, width - columns(name)))} ${told}`);
      }
      const isLoaded = found.some(({ what, ok }) => what === 'addon' && ok);
      console.log(`${words.next}  ${isLoaded ? words.whenLoaded : words.whenNotLoaded}`);
    });
}
