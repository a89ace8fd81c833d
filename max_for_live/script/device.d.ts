// What entry.js calls "./device": the one of devices/ that is bundled.
export function create(world: World): Device<any>;
