"use strict";

const { readAmxd } = require("./amxd");
const { RealClock, SteppedClock } = require("./clock");
const { openDevice } = require("./device");
const { faceSvg } = require("./device_face");
const { LiveSet } = require("./live");
const { Network } = require("./network");
const { openSet, saveSet } = require("./set");

module.exports = { LiveSet, Network, RealClock, SteppedClock, faceSvg, openDevice, openSet, readAmxd, saveSet };
