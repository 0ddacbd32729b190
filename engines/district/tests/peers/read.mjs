// Reads every .glb of a folder with Khronos' validator. Any error or warning is a failure. Usage: node read.mjs FOLDER
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import validator from 'gltf-validator';

const folder = process.argv[2];
const names = readdirSync(folder).filter((name) => name.endsWith('.glb'));
let [errors, warnings, triangles] = [0, 0, 0];
for (const name of names) {
  const report = await validator.validateBytes(new Uint8Array(readFileSync(join(folder, name))), { uri: name });
  errors += report.issues.numErrors;
  warnings += report.issues.numWarnings;
  triangles += report.info.totalTriangleCount;
  for (const issue of report.issues.messages) if (issue.severity < 2) console.log(`${name}: ${issue.code} ${issue.message} ${issue.pointer}`);
}
console.log(`${names.length} tiles, ${errors} errors, ${warnings} warnings, ${triangles} triangles`);
process.exit(errors + warnings ? 1 : 0);
