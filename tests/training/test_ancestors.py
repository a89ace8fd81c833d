"""The ancestors on tiny data that is made here. Whether they learn, a training shows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is installed only where models are trained")

from bridge.models.melody_grid import FIRST_PITCH, HOLD, REST, TOKENS  # noqa: E402
from bridge.music.clip import Note  # noqa: E402
from bridge.music.meter import Meter  # noqa: E402
from training.ancestors import drums_rnn, melody_rnn, music_vae, speed  # noqa: E402
from training.ancestors.lstm import AttentionLstm, begun, drawing  # noqa: E402
from training.data.performance import Performance  # noqa: E402
from training.data.tunes import Tune  # noqa: E402

C, D, E, G = (FIRST_PITCH + 24 + semitones for semitones in (0, 2, 4, 7))
"""Tokens from C 60 on."""
FOUR_FOUR = Meter(4, 4)


def performance(meter: Meter = FOUR_FOUR, bars: int = 6, seed: int = 0) -> Performance:
    cells = np.zeros((bars * int(meter.bar_beats * 4), 27), np.float32)
    cells[:, :9] = np.random.default_rng(seed).random((len(cells), 9)) < 0.2
    return Performance("loop", meter, 120.0, "beat", "rock", cells, "loop.mid")


def tune(meter: Meter, bars: int = 6, seed: int = 0) -> Tune:
    """A note on every quarter or dotted quarter."""
    rng = np.random.default_rng(seed)
    beats = meter.pulse_beats
    count = round(bars * meter.bar_beats / beats)
    notes = tuple(Note(int(pitch), i * beats, beats, 80) for i, pitch in enumerate(rng.integers(55, 75, count)))
    return Tune(f"tune {seed}", f"tune {seed}", "made", meter, notes, bars * meter.bar_beats, None)


def random_tokens(rows: int, steps: int, seed: int = 0) -> torch.Tensor:
    """Of few kinds, so that bars repeat here and there."""
    kinds = torch.tensor([HOLD, HOLD, REST, C, D])
    return kinds[torch.randint(len(kinds), (rows, steps), generator=torch.Generator().manual_seed(seed))]


MELODY_NETS = [melody_rnn.LookbackRnn, melody_rnn.AttentionRnn]
ALL_NETS = [
    (music_vae, lambda: music_vae.MusicVae(10, 512)),
    (music_vae, lambda: music_vae.MusicVae(TOKENS, TOKENS)),
    (drums_rnn, drums_rnn.DrumsRnn),
    (melody_rnn, melody_rnn.LookbackRnn),
    (melody_rnn, melody_rnn.AttentionRnn),
]


@pytest.mark.parametrize(("module", "make"), ALL_NETS)
def test_the_docstring_tells_how_many_weights_there_are(module, make):
    assert f"{sum(weights.numel() for weights in make().parameters()):,}" in module.__doc__


# LSTMs


def test_an_lstm_begins_as_tensorflows():
    lstm = torch.nn.LSTM(3, 2, 2)
    begun(lstm)
    for layer, most in ((0, (6 / (3 + 2 + 8)) ** 0.5), (1, (6 / (2 + 2 + 8)) ** 0.5)):
        biases = getattr(lstm, f"bias_ih_l{layer}") + getattr(lstm, f"bias_hh_l{layer}")
        assert biases.tolist() == [0, 0, 1, 1, 0, 0, 0, 0]
        weights = torch.cat((getattr(lstm, f"weight_ih_l{layer}"), getattr(lstm, f"weight_hh_l{layer}")), dim=1).abs()
        assert 0.7 * most < weights.max() <= most


def test_what_attention_mixes_begins_as_one_matrix():
    torch.manual_seed(0)
    net = AttentionLstm(30, 20, 4)
    begun(net)
    most = (6 / (30 + 20 + 30)) ** 0.5
    for weight in (net.mixed.weight, net.attended_in.weight):
        assert 0.9 * most < weight.abs().max() <= most


def test_attention_goes_on_from_its_state():
    torch.manual_seed(0)
    layer = AttentionLstm(5, 4, 3)
    x = torch.randn(2, 8, 5)
    whole, _ = layer(x)
    first, state = layer(x[:, :5])
    rest, _ = layer(x[:, 5:], state)
    torch.testing.assert_close(torch.cat((first, rest), dim=1), whole)


def test_attention_reaches_as_far_as_it_is_long():
    """What goes round through the cell's own state is taken out, so that only the attention hands it on."""
    torch.manual_seed(0)
    layer = AttentionLstm(2, 4, 3)
    for weights in (layer.cell.weight_hh, layer.attended_in.weight, layer.cell.bias_hh):
        torch.nn.init.zeros_(weights)
    torch.nn.init.constant_(layer.cell.bias_ih[4:8], -100.0)  # forgets at once
    x = torch.randn(1, 8, 2)
    changed = x.clone()
    changed[:, 0] += 1.0
    # Outputs hold what was attended to, which would hand it on further: here they do not.
    with torch.no_grad():
        layer.joined.weight[:, 4:] = 0.0
    seen: list[list[torch.Tensor]] = []
    for inputs in (x, changed):
        state, attended = None, []
        for step in range(8):
            _, state = layer(inputs[:, step : step + 1], state)
            attended.append(state.attended)
        seen.append(attended)
    differs = [not torch.allclose(a, b) for a, b in zip(*seen, strict=True)]
    assert differs == [False, True, True, True, False, False, False, False]


def test_draws_are_by_their_chances_and_leave_torchs_own_alone():
    torch.manual_seed(0)
    logits = torch.tensor([0.1, 0.6, 0.3]).log().expand(20_000, 3)
    before = torch.get_rng_state()
    counts = drawing(torch.device("cpu"))(logits).bincount(minlength=3) / 20_000
    assert torch.equal(torch.get_rng_state(), before)
    assert counts.tolist() == pytest.approx([0.1, 0.6, 0.3], abs=0.02)


# MusicVAE


def test_music_vae_has_latents_and_tokens():
    net = music_vae.MusicVae(10, 512)
    mean, deviation = net.encode(torch.rand(3, 32, 10), torch.tensor([32, 24, 32]))
    assert mean.shape == deviation.shape == (3, 256)
    assert (deviation > 0).all()
    assert net.best(mean).shape == (3, 32)
    assert net.decode(mean, lambda step, logits: logits.argmax(1)).shape == (3, 32, 512)


def test_music_vae_is_told_the_token_before():
    net = music_vae.MusicVae(TOKENS, TOKENS)
    latent = torch.zeros(1, 256)
    plain = net.decode(latent, lambda step, logits: torch.tensor([C]))
    other = net.decode(latent, lambda step, logits: torch.tensor([D if step == 4 else C]))
    same = [torch.equal(a, b) for a, b in zip(plain[0], other[0], strict=True)]
    assert same == [True] * 5 + [False] * 27


def test_scheduled_sampling_rises_as_an_inverse_sigmoid():
    assert music_vae.sampling_share(0) == pytest.approx(1 / 1001)
    assert music_vae.sampling_share(6908) == pytest.approx(0.5, abs=1e-4)
    assert music_vae.sampling_share(10**9) == pytest.approx(1.0)


def test_the_melody_kl_weight_rises_over_our_steps_as_over_theirs():
    recipe = music_vae.MusicVaeMelodyRecipe([tune(FOUR_FOUR)], [tune(FOUR_FOUR)])
    assert recipe.kl_weight(0) == 0.0
    assert recipe.kl_weight(recipe.pace.steps) == pytest.approx(0.2 * (1 - np.exp(-2.0)), rel=1e-4)


def test_music_vae_does_not_count_what_lies_behind_the_last_bar():
    recipe = music_vae.MusicVaeMelodyRecipe([tune(Meter(3, 4))], [tune(FOUR_FOUR)])
    net = recipe.net()
    seen, tokens, steps = next(recipe.batches(4, np.random.default_rng(0)))
    assert steps.tolist() == [24] * 4
    seen[:, 24:], tokens[:, 24:] = 0.0, HOLD
    losses = []
    for behind in (HOLD, G):
        seen[:, 24:, behind] = 1.0
        tokens[:, 24:] = behind
        torch.manual_seed(1)
        losses.append(recipe.losses(net, (seen, tokens, steps), 0))
    for name in losses[0]:
        torch.testing.assert_close(losses[0][name], losses[1][name])


def test_music_vae_sees_nine_drums_or_none():
    recipe = music_vae.MusicVaeDrumsRecipe([performance(), performance(Meter(3, 4))], [performance(seed=1)])
    seen, tokens, steps = next(recipe.batches(20, np.random.default_rng(0)))
    assert seen.shape == (20, 32, 10)
    assert steps.tolist() == [32] * 20  # 4/4 alone
    torch.testing.assert_close((seen[..., :9] * 2 ** torch.arange(9)).sum(2).long(), tokens)
    assert torch.equal(seen[..., 9] == 1, tokens == 0)


@pytest.mark.parametrize(
    ("make", "last"),
    [(music_vae.MusicVaeDrumsRecipe, "interpolation_cost_ratio"), (drums_rnn.DrumsRnnRecipe, "groove consistency 0.")],
)
def test_drum_recipes_say_how_good_they_are(make, last):
    recipe = make([performance()], [performance(seed=1), performance(seed=2)])
    net = recipe.net().eval()
    with torch.no_grad():
        said = recipe.check(net, torch.device("cpu"))
    assert "F1 0." in said
    assert last in said
    assert torch.isfinite(recipe.losses(net, next(recipe.batches(2, np.random.default_rng(0))), 10)["loss"])


@pytest.mark.parametrize(
    ("make", "last"),
    [
        (music_vae.MusicVaeMelodyRecipe, "kl"),
        (melody_rnn.LookbackRnnRecipe, "in one scale 0."),
        (melody_rnn.AttentionRnnRecipe, "in one scale 0."),
    ],
)
def test_melody_recipes_say_how_good_they_are(make, last):
    recipe = make([tune(FOUR_FOUR), tune(Meter(6, 8))], [tune(Meter(3, 4), bars=12, seed=1)])
    net = recipe.net().eval()
    with torch.no_grad():
        said = recipe.check(net, torch.device("cpu"))
    assert "onsets 0." in said
    assert last in said
    assert torch.isfinite(recipe.losses(net, next(recipe.batches(4, np.random.default_rng(0))), 10)["loss"])


# DrumsRNN


def test_drums_rnn_hears_only_the_past():
    net = drums_rnn.DrumsRnn().eval()
    tokens = torch.randint(512, (2, 40), generator=torch.Generator().manual_seed(0))
    changed = tokens.clone()
    changed[:, 30] = (changed[:, 30] + 1) % 512
    before, after = net(tokens), net(changed)
    assert before.shape == (2, 40, 512)
    torch.testing.assert_close(before[:, :30], after[:, :30])
    assert not torch.allclose(before[:, 30], after[:, 30])


def test_drums_rnn_goes_on_with_what_is_most_likely():
    torch.manual_seed(0)
    net = drums_rnn.DrumsRnn().eval()
    torch.nn.init.normal_(net.token_out.weight)  # sure of itself: a tie of two would be decided by rounding
    with torch.no_grad():
        net.attention.mixed.weight[:, 512:] *= 30.0  # so that a wrong count would be heard
    tokens = torch.randint(512, (2, 32))
    continued = net.continued(tokens, 5)
    for _ in range(5):
        tokens = torch.cat((tokens, net(tokens)[:, -1:].argmax(2)), dim=1)
    assert continued.tolist() == tokens[:, 32:].tolist()


def test_drums_rnn_counts_in_binary():
    assert drums_rnn.counters(torch.tensor([0, 1, 6, 63, 64])).tolist() == [
        [-1, -1, -1, -1, -1, -1], [1, -1, -1, -1, -1, -1], [-1, 1, 1, -1, -1, -1], [1] * 6, [-1] * 6,
    ]  # fmt: skip


# Labels that say "as a bar ago"


def meaning(label: int, before: Sequence[int], bar_steps: int) -> int:
    """What a label says after these events, as Magenta's encoder reads it."""
    if label < TOKENS:
        return label
    ago = bar_steps * (label - TOKENS + 1)
    return before[-ago] if len(before) >= ago else HOLD


@pytest.mark.parametrize("bar_steps", [4, 6, 16])
def test_labels_mean_the_events_that_they_are_made_of(bar_steps):
    (tokens,) = random_tokens(1, 64)
    bars = torch.tensor([bar_steps])
    (labels,) = melody_rnn.labels_of(tokens[None], melody_rnn.repeated(tokens[None], bars)).tolist()
    events = tokens.tolist()
    assert [meaning(label, events[:i], bar_steps) for i, label in enumerate(labels)] == events
    assert {TOKENS, TOKENS + 1} < set(labels)


def test_a_repeat_of_two_bars_goes_before_one_of_a_bar():
    tokens = torch.tensor([[C, HOLD, D, HOLD, D, E, C, E]])  # bars of two steps
    repeats = melody_rnn.repeated(tokens, torch.tensor([2]))
    assert repeats[0].tolist() == [
        [HOLD, HOLD], [HOLD, HOLD], [C, HOLD], [HOLD, HOLD], [D, C], [HOLD, HOLD], [D, D], [E, HOLD],
    ]  # fmt: skip
    one, two = TOKENS, TOKENS + 1
    assert melody_rnn.labels_of(tokens, repeats)[0].tolist() == [C, two, D, two, one, E, C, one]


def test_probabilities_of_events_sum_to_one():
    logits = 3.0 * torch.randn(5, 7, melody_rnn.LABELS, generator=torch.Generator().manual_seed(0))
    repeats = torch.stack((random_tokens(5, 7, 1), random_tokens(5, 7, 2)), dim=2)
    events = melody_rnn.event_log_probabilities(logits, repeats)
    assert events.shape == (5, 7, TOKENS)
    torch.testing.assert_close(events.exp().sum(2), torch.ones(5, 7))


def test_an_event_counts_in_every_label_that_means_it():
    shares = torch.full((melody_rnn.LABELS,), 0.4 / (TOKENS - 2))
    shares[C], shares[D], shares[TOKENS], shares[TOKENS + 1] = 0.1, 0.2, 0.05, 0.25
    assert float(shares.sum()) == pytest.approx(1.0)
    for one, two, expected in ((C, D, (0.15, 0.45)), (C, C, (0.4, 0.2)), (D, C, (0.35, 0.25))):
        events = melody_rnn.event_log_probabilities(shares.log(), torch.tensor([one, two])).exp()
        assert (float(events[C]), float(events[D])) == pytest.approx(expected)
        assert float(events[E]) == pytest.approx(float(shares[E]))


@pytest.mark.parametrize("make", MELODY_NETS)
def test_a_melody_rnn_hears_only_the_past(make):
    net = make().eval()
    tokens, bar_steps = random_tokens(2, 48), torch.tensor([16, 12])
    changed = tokens.clone()
    changed[:, 40] = G
    before, after = net(tokens, bar_steps), net(changed, bar_steps)
    assert before.shape == (2, 47, melody_rnn.LABELS)
    torch.testing.assert_close(before[:, :40], after[:, :40])  # of steps 1 to 40
    assert not torch.allclose(before[:, 40], after[:, 40])


@pytest.mark.parametrize("make", MELODY_NETS)
def test_a_melody_rnn_goes_on_with_what_is_most_likely(make):
    torch.manual_seed(0)
    net = make().eval()
    with torch.no_grad():
        net.label_out.weight *= 30.0  # sure of itself: a tie of two would be decided by rounding
    tokens, bar_steps = random_tokens(2, 40), torch.tensor([8, 6])
    continued = net.continued(tokens, bar_steps, 2)
    for row, heard in enumerate((16, 12)):
        played = tokens[row : row + 1, :heard]
        while played.shape[1] < 40:
            longer = torch.nn.functional.pad(played, (0, 1), value=G)  # what stands on the step to come is not heard
            bars = bar_steps[row : row + 1]
            logits = net(longer, bars)[:, -1]
            repeats = melody_rnn.repeated(longer, bars)[:, -1]
            best = melody_rnn.event_log_probabilities(logits, repeats).argmax(1, keepdim=True)
            played = torch.cat((played, best), dim=1)
        assert continued[row].tolist() == played[0].tolist()


@pytest.mark.parametrize("recipe", [melody_rnn.LookbackRnnRecipe, melody_rnn.AttentionRnnRecipe])
def test_padding_does_not_change_the_loss(recipe):
    recipe = recipe([tune(Meter(3, 4))], [tune(Meter(3, 4))])
    net = recipe.net().eval()
    tokens, bar_steps, steps = next(recipe.batches(4, np.random.default_rng(0)))
    assert tokens.shape == (4, 72)  # six bars, all that the tune has
    padded = torch.cat((tokens, random_tokens(4, 9)), dim=1)
    short, long = (recipe.losses(net, (rows, bar_steps, steps), 0) for rows in (tokens, padded))
    for name in short:
        torch.testing.assert_close(short[name], long[name])


def test_lookback_is_told_the_step_and_what_was_before_the_next():
    tokens = torch.tensor([[C, REST, D, E, C, HOLD]])  # bars of two steps
    parts = melody_rnn.lookback_inputs(tokens, torch.tensor([2]))[0].split((TOKENS, TOKENS, TOKENS, 6, 2), dim=1)
    now, bar_ago, two_bars_ago = (part.argmax(1).tolist() for part in parts[:3])
    assert now == [C, REST, D, E, C]
    assert bar_ago == [HOLD, C, REST, D, E]
    assert two_bars_ago == [HOLD, HOLD, HOLD, C, REST]
    assert parts[4].tolist() == [[0, 0], [0, 0], [0, 0], [0, 0], [0, 1]]


@pytest.mark.parametrize(("inputs", "first", "bar_digits"), [("lookback_inputs", 3 * TOKENS, 1), ("key_inputs", 66, 3)])
def test_in_four_four_the_counters_are_the_step_in_binary(inputs, first, bar_digits):
    told = getattr(melody_rnn, inputs)(random_tokens(1, 65), torch.tensor([16]))[0, :, first : first + 5 + bar_digits]
    assert told[:, 4].tolist() == [-1] * 64  # the digit that only longer bars need
    digits = (torch.cat((told[:, :4], told[:, 5:]), dim=1) > 0).long()
    step = (digits * 2 ** torch.arange(4 + bar_digits)).sum(1)
    assert step.tolist() == [i % 2 ** (4 + bar_digits) for i in range(1, 65)]


def test_attention_is_told_what_sounds_and_the_keys_that_fit():
    tokens = torch.tensor([[REST, C, HOLD, D, C, E, G, REST, HOLD]])
    told = melody_rnn.key_inputs(tokens, torch.tensor([4]))[0]
    widths = (60, 1, 1, 1, 1, 2, 8, 1, 12, 12)
    pitch, plays, silent, begins, rises, _, _, bar, keys, last_keys = told.split(widths, dim=1)
    sounding = [None, C, C, D, C, E, G, None]
    for row, token in zip(pitch.tolist(), sounding, strict=True):
        assert [FIRST_PITCH + i for i, share in enumerate(row) if share] == ([token] if token else [])
    assert plays[:, 0].tolist() == [0, 1, 1, 1, 1, 1, 1, 0]
    assert silent[:, 0].tolist() == [1, 0, 0, 0, 0, 0, 0, 1]
    assert begins[:, 0].tolist() == [0, 1, 0, 1, 1, 1, 1, 0]
    assert rises[:, 0].tolist() == [0, 0, 0, 1, -1, 1, 1, 1]
    assert bar[:, 0].tolist() == [0, 0, 0, 1, 0, 0, 0, 1]
    assert keys[0].tolist() == [1] * 12  # no note yet: all alike
    in_keys = [[i for i, share in enumerate(row) if share] for row in keys.tolist()]
    assert in_keys[1] == [0, 1, 3, 5, 7, 8, 10]  # the major keys that have a C
    assert in_keys[3] == [0, 3, 5, 7, 10]  # and a D
    assert in_keys[6] == [0, 5, 7]  # and an E and a G
    of_last_three = [i for i, share in enumerate(last_keys[6].tolist()) if share]
    assert of_last_three == [0, 5, 7]  # C, E, G
    assert [i for i, share in enumerate(last_keys[5].tolist()) if share] == [0, 5, 7]  # C, D, E: D flat has no D


# How long they take


def test_their_time_is_printed_beside_ours(capsys):
    assert speed.main(["--times", "1"]) == 0
    lines = capsys.readouterr().out.splitlines()
    found = [line.split() for line in lines if line.startswith("  ")]
    ours = {name for name, _, _, ratio, *_ in found if ratio == "1.0"}
    assert ours == {"drum_vae", "melody_vae", "drum_continuation", "melody_continuation"}
    ancestors = {"music_vae_drums", "music_vae_melody", "drums_rnn", "lookback_rnn", "attention_rnn"}
    assert {name for name, *_ in found} - ours == ancestors
    assert all(float(milliseconds) > 0.0 for _, milliseconds, *_ in found)


def test_without_our_models_there_is_nothing_to_time(tmp_path, capsys):
    assert speed.main(["--models", str(tmp_path)]) == 1
    assert "There is no .onnx file in it." in capsys.readouterr().err
