// Reads every .vrm of a folder with Khronos' validator and with pixiv's loader, and looks at what came out. Any error, any warning,
// any word on the console is a failure. Usage: node read.mjs FOLDER
import { VRMLoaderPlugin } from '@pixiv/three-vrm';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { SkinnedMesh, Vector3 } from 'three';
import { GLTFLoader } from 'three/addons/loaders/GLTFLoader.js';
import validator from 'gltf-validator';

const folder = process.argv[2];
const names = readdirSync(folder).filter((name) => name.endsWith('.vrm'));
let [errors, warnings, loaded] = [0, 0, 0];
const information = new Map();
const troubles = [];
const said = [];
for (const word of ['warn', 'error', 'log', 'info', 'debug']) {
  const print = console[word].bind(console);
  console[word] = (...what) => (what[0] === print ? print(what[1]) : said.push(`${word}: ${what.join(' ')}`));
  if (word === 'log') globalThis.tell = (text) => console.log(print, text);
}
// three.js asks for it when it loads; there is no image to load here.
globalThis.self ??= globalThis;

const bones =
  'hips spine chest neck head leftEye rightEye leftShoulder leftUpperArm leftLowerArm leftHand rightShoulder rightUpperArm rightLowerArm rightHand leftUpperLeg leftLowerLeg leftFoot leftToes rightUpperLeg rightLowerLeg rightFoot rightToes'.split(
    ' ',
  );
const require = (is, what) => {
  if (!is) throw new Error(what);
};

/** What three-vrm made of it: bones in place, expressions that move the face, a body that follows its bones. */
function inspect(vrm) {
  require(vrm.meta.metaVersion === '1', 'meta is not VRM 1.0');
  require(vrm.meta.otherLicenseUrl.includes('publicdomain/zero'), 'no licence');
  for (const bone of bones) require(vrm.humanoid.getRawBoneNode(bone), `no bone ${bone}`);
  for (const each of ['blink', 'happy', 'aa']) {
    const expression = vrm.expressionManager.getExpression(each);
    require(expression?.binds.length === 1, `no expression ${each}`);
  }
  require(vrm.lookAt && vrm.firstPerson.meshAnnotations.length === 2, 'no gaze or no first person');
  vrm.scene.updateMatrixWorld(true);
  const place = (bone) => vrm.humanoid.getRawBoneNode(bone).getWorldPosition(new Vector3());
  require(place('leftHand').x > 0.5 && place('rightHand').x < -0.5, 'left is not left in T-pose');
  const meshes = [];
  vrm.scene.traverse((each) => each instanceof SkinnedMesh && meshes.push(each));
  require(meshes.length === 2, `${meshes.length} meshes`);
  const [body, head] = meshes;
  // At rest, the skin lies where it was drawn: in metres, standing on the ground.
  const box = (mesh) => (mesh.computeBoundingBox(), mesh.boundingBox);
  require(Math.abs(box(body).min.y) < 0.02 && box(head).max.y > 1.4 && box(head).max.y < 2.05, `it does not stand: ${box(body).min.y} to ${box(head).max.y}`);
  // Lift a hand: its skin follows.
  const highest = () => (box(body).max.y, box(body).max.y);
  const before = highest();
  vrm.humanoid.getNormalizedBoneNode('leftUpperArm').rotation.z = Math.PI / 2;
  vrm.update(0);
  vrm.scene.updateMatrixWorld(true);
  require(highest() > before + 0.2, 'a lifted arm stays down');
  for (const [at, each] of ['blink', 'happy', 'aa'].entries()) {
    vrm.expressionManager.resetValues();
    vrm.expressionManager.setValue(each, 1);
    vrm.update(0);
    require(head.morphTargetInfluences[at] === 1, `${each} moves nothing`);
  }
}

for (const name of names) {
  const bytes = new Uint8Array(readFileSync(join(folder, name)));
  try {
    const report = await validator.validateBytes(bytes, { uri: name, maxIssues: 50 });
    errors += report.issues.numErrors;
    warnings += report.issues.numWarnings;
    for (const issue of report.issues.messages) {
      if (issue.severity < 2) troubles.push(`${name}: ${issue.code} ${issue.message} ${issue.pointer}`);
      else information.set(issue.code, (information.get(issue.code) ?? 0) + 1);
    }
    const loader = new GLTFLoader();
    loader.register((parser) => new VRMLoaderPlugin(parser));
    const gltf = await loader.parseAsync(bytes.buffer, '');
    inspect(gltf.userData.vrm);
    loaded += 1;
  } catch (problem) {
    troubles.push(`${name}: ${problem.message ?? problem}`);
  }
}
troubles.push(...said);
tell(`${names.length} files: ${errors} errors, ${warnings} warnings; information: ${JSON.stringify(Object.fromEntries(information))}`);
if (said.length === 0 && loaded === names.length) tell(`${loaded} files loaded without a word`);
for (const trouble of [...new Set(troubles)].slice(0, 30)) tell(trouble);
process.exit(troubles.length === 0 && errors + warnings === 0 ? 0 : 1);
