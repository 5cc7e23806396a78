import { relative } from 'node:path';
import ts from 'typescript-5';
import { expect, test } from 'vitest';
import { root } from './support/children.js';

/** As an editor has them. */
const entries = ['dist/index.d.ts', 'dist/service/index.d.ts', 'dist/claims/index.d.ts'].map((file) => root + file);

/** The kinds of options; and the texts of reports, each said by its English. */
const tables: ReadonlySet<string> = new Set(['ValueByKind', 'ReportWords', 'TryWords']);

/** The members of a class or interface that others can name: neither `#private` nor `private`, nor of another package. */
function membersOf(declaration: ts.Declaration): readonly ts.NamedDeclaration[] {
  if (ts.isInterfaceDeclaration(declaration) && !tables.has(declaration.name.text))
    return declaration.members.filter(
      (member) =>
        member.name !== undefined &&
        // What is there only to be left out (`path?: undefined`) has nothing to say.
        !(ts.isPropertySignature(member) && member.type?.kind === ts.SyntaxKind.UndefinedKeyword),
    );
  if (!ts.isClassDeclaration(declaration)) return [];
  return declaration.members.filter(
    (member) =>
      member.name !== undefined &&
      ts.isIdentifier(member.name) &&
      (ts.getCombinedModifierFlags(member) & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected)) === 0,
  );
}

function isDocumented(declarations: readonly ts.Node[]): boolean {
  return declarations.some((declaration) => ts.getJSDocCommentsAndTags(declaration).some(ts.isJSDoc));
}

/** What nobody has said anything of, as `Socket.recv dist/socket/socket.d.ts`. */
function undocumented(): string[] {
  const program = ts.createProgram(entries, {
    module: ts.ModuleKind.NodeNext,
    // Only what is declared here is asked about: without the libraries it takes a second.
    noLib: true,
    types: [],
  });
  const checker = program.getTypeChecker();
  const missing = new Set<string>();
  for (const entry of entries) {
    const source = program.getSourceFile(entry);
    const module = source && checker.getSymbolAtLocation(source);
    for (const exported of module ? checker.getExportsOfModule(module) : []) {
      const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
      const declarations = symbol.declarations ?? [];
      const where = relative(root, declarations[0]?.getSourceFile().fileName ?? '');
      // A `const` has its comment on the statement.
      if (!isDocumented(declarations)) missing.add(`${exported.name} ${where}`);
      for (const declaration of declarations) {
        const members = membersOf(declaration);
        for (const { name } of members) {
          // One comment is enough for all signatures, and for both accessors.
          const same = members.filter((member) => member.name?.getText() === name?.getText());
          if (!isDocumented(same)) missing.add(`${exported.name}.${name?.getText()} ${where}`);
        }
      }
    }
  }
  return [...missing].sort();
}

test('everything exported, and each member of a class or an interface, has a docstring', { timeout: 60_000 }, () => {
  expect(undocumented()).toEqual([]);
});
