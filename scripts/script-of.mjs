// The part of a file of experiments that makes one of them what it is.
import ts from 'typescript-5';

/** The names that a statement at the top of a file declares. */
function declaredBy(statement) {
  if (ts.isVariableStatement(statement)) return statement.declarationList.declarations.map(({ name }) => name.text);
  return statement.name === undefined ? [] : [statement.name.text];
}

function some(node, test) {
  return test(node) || (ts.forEachChild(node, (child) => some(child, test) || undefined) ?? false);
}

/** The statement that has the script of the experiment `name`, and those of the file it rests on, each without the comment above it. */
export function scriptOf(text, name) {
  const file = ts.createSourceFile('experiments.ts', text, ts.ScriptTarget.Latest);
  const statements = file.statements.filter((one) => !ts.isImportDeclaration(one));
  const defines = (one) => some(one, (node) => ts.isStringLiteral(node) && node.text === name);
  const used = new Set(statements.filter(defines));
  if (used.size === 0) throw new Error(`no statement has the name '${name}'`);
  // A set is walked to its end though it grows meanwhile.
  for (const statement of used)
    for (const other of statements)
      if (some(statement, (node) => ts.isIdentifier(node) && declaredBy(other).includes(node.text))) used.add(other);
  return statements.filter((one) => used.has(one)).map((one) => one.getText(file));
}
