import type { MeshLambertMaterial } from 'three';

/**
 * The lamp over a model table, in its materials: below a roof the sun never comes, and a light of the scene would light all else too.
 * From above and a little from the side, so that walls and slopes are told apart; by day and by night.
 */
export function underLamp<M extends MeshLambertMaterial>(material: M): M {
  material.onBeforeCompile = (shader) => {
    shader.fragmentShader = shader.fragmentShader.replace(
      '#include <lights_fragment_end>',
      `#include <lights_fragment_end>
      vec3 lampWay = normalize((viewMatrix * vec4(-0.55, 1.0, 0.42, 0.0)).xyz);
      reflectedLight.indirectDiffuse *= 0.5;
      reflectedLight.directDiffuse += diffuseColor.rgb * vec3(1.0, 0.95, 0.86) * (0.06 + 0.74 * pow(max(dot(normal, lampWay), 0.0), 1.2));`,
    );
  };
  material.customProgramCacheKey = () => 'under a lamp';
  return material;
}
