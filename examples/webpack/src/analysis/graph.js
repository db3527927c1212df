/** A directed graph of modules: each name with the names it needs. */
export class Graph {
  #edges = new Map();

  add(from, to = []) {
    const known = this.#edges.get(from) ?? new Set();
    this.#edges.set(from, known);
    for (const name of to) {
      known.add(name);
      if (!this.#edges.has(name)) {
        this.#edges.set(name, new Set());
      }
    }
    return this;
  }

  get names() {
    return [...this.#edges.keys()];
  }

  needs(name) {
    return [...(this.#edges.get(name) ?? [])];
  }

  neededBy(name) {
    return this.names.filter((other) => this.#edges.get(other).has(name));
  }

  /** Groups of modules that need one another in a ring (Tarjan's strongly connected components). */
  rings() {
    const index = new Map();
    const low = new Map();
    const stack = [];
    const rings = [];
    const visit = (name) => {
      index.set(name, index.size);
      low.set(name, index.get(name));
      stack.push(name);
      for (const next of this.#edges.get(name)) {
        if (!index.has(next)) {
          visit(next);
          low.set(name, Math.min(low.get(name), low.get(next)));
        } else if (stack.includes(next)) {
          low.set(name, Math.min(low.get(name), index.get(next)));
        }
      }
      if (low.get(name) === index.get(name)) {
        const ring = stack.splice(stack.indexOf(name));
        if (ring.length > 1 || this.#edges.get(name).has(name)) {
          rings.push(ring);
        }
      }
    };
    for (const name of this.names) {
      if (!index.has(name)) {
        visit(name);
      }
    }
    return rings;
  }

  /** An order in which each module comes after those it needs; rings are cut at their first member. */
  order() {
    const done = new Set();
    const ordered = [];
    const visit = (name) => {
      if (!done.has(name)) {
        done.add(name);
        this.#edges.get(name).forEach(visit);
        ordered.push(name);
      }
    };
    this.names.forEach(visit);
    return ordered;
  }
}
