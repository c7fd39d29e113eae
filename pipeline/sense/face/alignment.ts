/** Takes the head's pose out of a mesh: the similarity transform that lays it on a reference head. */
import { MESH_POINTS } from './mesh.ts';

/**
 * Points that expressions hardly move, with their place on the reference head: x to the person's left, y up, z towards
 * the camera, in distances of the outer eye corners. Mean of this mesh net's own output over some 110 people, made symmetric.
 */
const REFERENCE: readonly (readonly [index: number, x: number, y: number, z: number])[] = [
  [33, -0.5, 0.009, -0.032],
  [263, 0.5, 0.009, -0.032],
  [133, -0.194, -0.009, 0.032],
  [362, 0.194, -0.009, 0.032],
  [168, 0, 0.072, 0.206],
  [6, 0, -0.015, 0.261],
  [197, 0, -0.092, 0.322],
  [127, -0.767, -0.087, -0.553],
  [356, 0.767, -0.087, -0.553],
  [234, -0.757, -0.252, -0.59],
  [454, 0.757, -0.252, -0.59],
  [162, -0.759, 0.095, -0.458],
  [389, 0.759, 0.095, -0.458],
  [21, -0.724, 0.248, -0.332],
  [251, 0.724, 0.248, -0.332],
  [54, -0.656, 0.388, -0.213],
  [284, 0.656, 0.388, -0.213],
  [10, 0, 0.632, 0.112],
];
const UPRIGHT = [1, 0, 0, 0];
/** Enough for any pose in which there is a face to be seen: the eigenvalues of a head's shape lie well apart. */
const MAX_ITERATIONS = 100;

export interface HeadPose {
  /** Radians, > 0 to the person's left. */
  readonly yaw: number;
  /** Radians, > 0 up. */
  readonly pitch: number;
  /** Radians, > 0 to the person's left shoulder. */
  readonly roll: number;
}

/** Rotation, scale and position of a head, and its points as they are without them. One per tracked face. */
export class Alignment {
  /** x, y, z of each mesh point on the reference head, in distances of the outer eye corners. */
  readonly points = new Float32Array(MESH_POINTS * 3);
  /** Pixels per distance of the outer eye corners, foreshortening taken out. */
  scale = 1;
  readonly #centre = new Float64Array(3);
  readonly #home = new Float64Array(3);
  /** Correlation of mesh and reference, 3 x 3, row = mesh axis. */
  readonly #correlation = new Float64Array(9);
  readonly #key = new Float64Array(16);
  readonly #quaternion = new Float64Array(4);
  readonly #next = new Float64Array(4);
  /** Rotation from picture axes to head axes, row-major. */
  readonly #rotation = Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1);

  /** Takes a mesh in picture pixels (y down, z away). */
  fit(mesh: Float32Array): void {
    this.#correlate(mesh);
    this.#findQuaternion();
    this.#toMatrix();
    this.scale = this.#findScale(mesh);
    const r = this.#rotation;
    for (let at = 0; at < mesh.length; at += 3) {
      const x = (mesh[at] - this.#centre[0]) / this.scale;
      const y = (-mesh[at + 1] - this.#centre[1]) / this.scale;
      const z = (-mesh[at + 2] - this.#centre[2]) / this.scale;
      this.points[at] = r[0] * x + r[1] * y + r[2] * z + this.#home[0];
      this.points[at + 1] = r[3] * x + r[4] * y + r[5] * z + this.#home[1];
      this.points[at + 2] = r[6] * x + r[7] * y + r[8] * z + this.#home[2];
    }
  }

  /** Rows of the rotation are the head's axes seen in the picture. */
  pose(): HeadPose {
    const r = this.#rotation;
    return {
      yaw: Math.atan2(r[6], r[8]),
      pitch: Math.asin(Math.max(-1, Math.min(1, r[7]))),
      roll: Math.atan2(-r[1], r[0]),
    };
  }

  #correlate(mesh: Float32Array): void {
    const [centre, home, correlation] = [this.#centre.fill(0), this.#home.fill(0), this.#correlation.fill(0)];
    for (const [index, x, y, z] of REFERENCE) {
      centre[0] += mesh[index * 3] / REFERENCE.length;
      centre[1] -= mesh[index * 3 + 1] / REFERENCE.length;
      centre[2] -= mesh[index * 3 + 2] / REFERENCE.length;
      home[0] += x / REFERENCE.length;
      home[1] += y / REFERENCE.length;
      home[2] += z / REFERENCE.length;
    }
    for (const [index, x, y, z] of REFERENCE) {
      for (let axis = 0; axis < 3; axis++) {
        const value = (axis === 0 ? 1 : -1) * mesh[index * 3 + axis] - centre[axis];
        correlation[axis * 3] += value * (x - home[0]);
        correlation[axis * 3 + 1] += value * (y - home[1]);
        correlation[axis * 3 + 2] += value * (z - home[2]);
      }
    }
  }

  /** Horn 1987, "Closed-form solution of absolute orientation using unit quaternions": the key matrix's first eigenvector. */
  #findQuaternion(): void {
    const [xx, xy, xz, yx, yy, yz, zx, zy, zz] = this.#correlation;
    this.#key.set([xx + yy + zz, yz - zy, zx - xz, xy - yx]);
    this.#key.set([yz - zy, xx - yy - zz, xy + yx, zx + xz], 4);
    this.#key.set([zx - xz, xy + yx, yy - xx - zz, yz + zy], 8);
    this.#key.set([xy - yx, zx + xz, yz + zy, zz - xx - yy], 12);
    // Shifted, so that the largest eigenvalue is also the largest in size and power iteration finds it.
    const shift = Math.hypot(...this.#key);
    for (let i = 0; i < 4; i++) this.#key[i * 5] += shift;
    this.#quaternion.set(UPRIGHT);
    let change = 1;
    for (let i = 0; i < MAX_ITERATIONS && change > 1e-9; i++) change = this.#powerStep();
  }

  #powerStep(): number {
    const [q, next, key] = [this.#quaternion, this.#next, this.#key];
    let norm = 0;
    for (let row = 0; row < 4; row++) {
      next[row] = key[row * 4] * q[0] + key[row * 4 + 1] * q[1] + key[row * 4 + 2] * q[2] + key[row * 4 + 3] * q[3];
      norm += next[row] ** 2;
    }
    norm = Math.sqrt(norm) || 1;
    let change = 0;
    for (let row = 0; row < 4; row++) {
      const value = next[row] / norm;
      change = Math.max(change, Math.abs(value - q[row]));
      q[row] = value;
    }
    return change;
  }

  #toMatrix(): void {
    const [w, x, y, z] = this.#quaternion;
    const r = this.#rotation;
    r[0] = w * w + x * x - y * y - z * z;
    r[1] = 2 * (x * y - w * z);
    r[2] = 2 * (x * z + w * y);
    r[3] = 2 * (x * y + w * z);
    r[4] = w * w - x * x + y * y - z * z;
    r[5] = 2 * (y * z - w * x);
    r[6] = 2 * (x * z - w * y);
    r[7] = 2 * (y * z + w * x);
    r[8] = w * w - x * x - y * y + z * z;
  }

  /** Least squares: pixels of the mesh per unit of the reference. */
  #findScale(mesh: Float32Array): number {
    let spread = 0;
    for (const [index] of REFERENCE) {
      spread += (mesh[index * 3] - this.#centre[0]) ** 2;
      spread += (-mesh[index * 3 + 1] - this.#centre[1]) ** 2;
      spread += (-mesh[index * 3 + 2] - this.#centre[2]) ** 2;
    }
    let along = 0;
    for (let row = 0; row < 3; row++) {
      for (let axis = 0; axis < 3; axis++) along += this.#rotation[row * 3 + axis] * this.#correlation[axis * 3 + row];
    }
    return along > 0 ? spread / along : 1;
  }
}
