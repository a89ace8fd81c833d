"use strict";

const { Jsui } = require("./jsui");
const { MidiIn, MidiOut } = require("./midi");
const { MidiToolIn, MidiToolOut } = require("./miditool");
const { Choice, Control, Text, Toggle } = require("./parameter");
const { Pattr } = require("./pattr");
const { Banks, Comment, Deferlow, Loadbang, Message, Prepend, Route, Still, Trigger } = require("./plumbing");
const { ThisDevice } = require("./this_device");
const { UdpReceive, UdpSend } = require("./udp");

/** Objects that stand in a box of their own kind (maxclass), and those that are typed into one (newobj). */
const BOXES = {
    jsui: Jsui,
    message: Message,
    comment: Comment,
    "live.comment": Comment,
    "live.line": Still,
    panel: Still,
    "live.dial": Control,
    "live.numbox": Control,
    "live.slider": Control,
    "live.menu": Choice,
    "live.tab": Choice,
    "live.toggle": Toggle,
    "live.text": Text,
};
const TYPED = {
    "live.thisdevice": ThisDevice,
    "live.banks": Banks,
    "live.miditool.in": MidiToolIn,
    "live.miditool.out": MidiToolOut,
    deferlow: Deferlow,
    loadbang: Loadbang,
    midiin: MidiIn,
    midiout: MidiOut,
    pattr: Pattr,
    prepend: Prepend,
    route: Route,
    t: Trigger,
    trigger: Trigger,
    udpreceive: UdpReceive,
    udpsend: UdpSend,
};

module.exports = { BOXES, TYPED };
