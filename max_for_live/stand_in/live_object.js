"use strict";

/** Anything that the Live API can point at. `kind` is its class in the Live Object Model. */
class LiveObject {
    constructor(live, kind, parent) {
        this.live = live;
        this.kind = kind;
        this.parent = parent;
        this.id = live.nextId();
        live.objects.set(this.id, this);
    }

    get canonical_parent() {
        return this.parent;
    }

    get exists() {
        return this.live.objects.get(this.id) === this;
    }

    /** Takes it out of Live; whoever points at it then points at nothing. */
    leave() {
        this.live.objects.delete(this.id);
        this.live.observers.notify(this, "id");
    }

    enter() {
        this.live.objects.set(this.id, this);
    }

    /** Sets a property and returns what undoes that, or null where Live keeps no undo step for it. */
    write(property, value) {
        const before = this[property];
        this[property] = value;
        this.live.notify(this, property);
        return () => this.write(property, before);
    }
}

module.exports = { LiveObject };
