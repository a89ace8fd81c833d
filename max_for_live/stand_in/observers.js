"use strict";

/** Who hears of which property of which object. While anybody is told, `isNotifying` forbids changes. */
class Observers {
    constructor() {
        this.byKey = new Map();
        this.depth = 0;
    }

    get isNotifying() {
        return this.depth > 0;
    }

    /** Returns the function that ends it. */
    add(object, property, f) {
        const key = `${object.id} ${property}`;
        const all = this.byKey.get(key) ?? new Set();
        this.byKey.set(key, all.add(f));
        return () => all.delete(f);
    }

    any(property) {
        return [...this.byKey].some(([key, all]) => all.size > 0 && key.endsWith(` ${property}`));
    }

    notify(object, property) {
        [...(this.byKey.get(`${object.id} ${property}`) ?? [])].forEach((f) => this.tell(f));
    }

    tell(f) {
        this.depth += 1;
        try {
            f();
        } finally {
            this.depth -= 1;
        }
    }
}

module.exports = { Observers };
