"use strict";

const { Refusal } = require("./refusal");

/**
 * Colours of a Live theme by the names that Max gives them, as near to a light and a dark Live as the eye needs.
 * A name that is not here is refused.
 */
const THEMES = {
    light: {
        surface_bg: "c2c2c2", surface_frame: "a3a3a3", desktop: "8f8f8f",
        control_bg: "dedede", control_fg: "1a1a1a", control_fg_on: "1a1a1a", control_fg_off: "1a1a1a",
        control_fg_zombie: "8a8a8a", control_zombie: "b5b5b5", control_selection: "ffad56",
        control_selection_variant: "ffad56", control_text_bg: "e6e6e6", contrast_frame: "5c5c5c", text_bg: "dedede",
        lcd_bg: "262626", lcd_frame: "262626", lcd_control_fg: "ffad56", lcd_control_fg_alt: "03c3d5",
        lcd_control_fg_zombie: "8c8c8c", lcd_title: "c8c8c8",
        value_arc: "0094b3", value_bar: "9bbdc4", modulation: "00b46f", macro_assignment: "00a34e",
        macro_title: "bcbcbc",
        active_automation: "f0323c", inactive_automation: "8a8a8a", assignment: "5c7cff", assignment_text: "1a1a1a",
        play: "00c44b", record: "f02b2b", solo: "1f9cff", selection: "9ed4e0", meter_bg: "5c5c5c",
        display_handle_one: "ffad56", display_handle_two: "03c3d5", threshold_line_color: "ffad56",
        spectrum_default_color: "03c3d5", spectrum_alternative_color: "ffad56", arranger_grid_tiles: "a3a3a3",
        freeze_color: "00b8e6", control_selection_alt: "d9903f", dial_fg_zombie: "8a8a8a", display_line_one: "ffad56",
        display_line_two: "03c3d5", display_scale_text: "8a8a8a", alert: "f0323c", led_bg: "5c5c5c",
    },
    dark: {
        surface_bg: "3c3c3c", surface_frame: "2a2a2a", desktop: "1f1f1f",
        control_bg: "252525", control_fg: "c4c4c4", control_fg_on: "111111", control_fg_off: "c4c4c4",
        control_fg_zombie: "767676", control_zombie: "4c4c4c", control_selection: "ffad56",
        control_selection_variant: "ffad56", control_text_bg: "1e1e1e", contrast_frame: "6a6a6a", text_bg: "252525",
        lcd_bg: "171717", lcd_frame: "171717", lcd_control_fg: "ffad56", lcd_control_fg_alt: "03c3d5",
        lcd_control_fg_zombie: "8c8c8c", lcd_title: "c8c8c8",
        value_arc: "03c3d5", value_bar: "346069", modulation: "00c47a", macro_assignment: "00b95a",
        macro_title: "4a4a4a",
        active_automation: "ff4a4a", inactive_automation: "767676", assignment: "6d8aff", assignment_text: "111111",
        play: "19e06a", record: "ff4040", solo: "3fa9ff", selection: "3d6c78", meter_bg: "171717",
        display_handle_one: "ffad56", display_handle_two: "03c3d5", threshold_line_color: "ffad56",
        spectrum_default_color: "03c3d5", spectrum_alternative_color: "ffad56", arranger_grid_tiles: "2a2a2a",
        freeze_color: "2bc8f0", control_selection_alt: "d9903f", dial_fg_zombie: "767676", display_line_one: "ffad56",
        display_line_two: "03c3d5", display_scale_text: "767676", alert: "ff4a4a", led_bg: "171717",
    },
};

/** `live_lcd_bg` as [red, green, blue, alpha], each from 0 to 1. */
function themeColor(theme, name) {
    const hex = typeof name === "string" && name.startsWith("live_") ? THEMES[theme][name.slice(5)] : undefined;
    if (!hex) throw new Refusal(`${JSON.stringify(name)} is no colour of a Live theme.`);
    return [0, 2, 4].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255).concat(1);
}

/** The same for SVG. */
function themeHex(theme, name) {
    themeColor(theme, name);
    return `#${THEMES[theme][name.slice(5)]}`;
}

module.exports = { THEMES: Object.keys(THEMES), themeColor, themeHex };
