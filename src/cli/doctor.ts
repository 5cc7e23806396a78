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

/** What was found outside, told to the process inside the user namespace, where the lab's hosts are. */
interface Outside {
  readonly first: readonly Finding[];
  /** Of the network outside: inside there is another, with nothing in it. */
  readonly network: readonly Finding[];
}

const variable = 'SOCKWISE_DOCTOR_OUTSIDE';

/** With the addon; where there is none, why. */
async function rest(words: DoctorWords, lang: Language, outside?: Outside): Promise<Finding[]> {
  try {
    const { checks, networkChecks } = await import('./checks.js');
    const { chosenLanguage } = await import('./language.js');
    const network = outside?.network ?? networkChecks(words);
    return [
      { what: 'addon', ok: true, found: words.loaded },
      ...checks(words, await chosenLanguage({ lang }), network),
    ];
  } catch (error) {
    if (!isUsageError(error) || error.code !== 'ERR_NATIVE_LOAD') throw error;
    return [{ what: 'addon', ok: false, found: error.message, cure: words.notLoaded }];
  }
}

/** As an ordinary user: again, inside a user namespace. Returns where that is not how namespaces are had. */
async function goInside(words: DoctorWords, found: readonly Finding[]): Promise<void> {
  try {
    const { namespacesAvailable, reexecInUserNamespace } = await import('../index.js');
    if (namespacesAvailable().how !== 'user-namespace') return;
    const { carryHostValues } = await import('../claims/index.js');
    const { networkChecks } = await import('./checks.js');
    carryHostValues();
    const outside: Outside = { first: found, network: networkChecks(words) };
    process.env[variable] = JSON.stringify(outside);
    process.exit(await reexecInUserNamespace());
  } catch (error) {
    if (!isUsageError(error) || error.code !== 'ERR_NATIVE_LOAD') throw error;
  }
}

async function findings(words: DoctorWords, lang: Language): Promise<Finding[]> {
  const told = process.env[variable];
  if (told !== undefined) {
    const outside = JSON.parse(told) as Outside;
    return [...outside.first, ...(await rest(words, lang, outside))];
  }
  const found = first(words);
  await goInside(words, found);
  return [...found, ...(await rest(words, lang))];
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
