import { BoxGeometry, type Color, InstancedMesh, MeshLambertMaterial, Object3D, type Vector3 } from 'three';

/** On a model table, in the space's metres; `part` of the way, `speed` in metres a second. */
export type Car = { from: Vector3; to: Vector3; part: number; speed: number; colour: Color };

/** Cars of all model tables in one mesh. */
export class Traffic {
  readonly mesh: InstancedMesh<BoxGeometry, MeshLambertMaterial>;
  readonly #cars: Car[];
  readonly #pose = new Object3D();

  constructor(cars: Car[]) {
    this.#cars = cars;
    const body = new BoxGeometry(0.03, 0.026, 0.066);
    body.translate(0, 0.015, 0);
    this.mesh = new InstancedMesh(body, new MeshLambertMaterial(), cars.length);
    this.mesh.frustumCulled = false;
    this.mesh.name = 'cars';
    cars.forEach((car, i) => this.mesh.setColorAt(i, car.colour));
    this.update(0, true);
  }

  update(seconds: number, all = false): void {
    this.#cars.forEach((car, i) => {
      if (!all && car.speed === 0) return;
      const long = car.from.distanceTo(car.to);
      car.part = (car.part + (car.speed * seconds) / long) % 1;
      this.#pose.position.lerpVectors(car.from, car.to, car.part);
      this.#pose.lookAt(car.to);
      this.#pose.updateMatrix();
      this.mesh.setMatrixAt(i, this.#pose.matrix);
    });
    this.mesh.instanceMatrix.needsUpdate = true;
  }

  dispose(): void {
    this.mesh.geometry.dispose();
    this.mesh.material.dispose();
    this.mesh.dispose();
  }
}
