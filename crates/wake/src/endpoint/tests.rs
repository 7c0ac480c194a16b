use super::*;

/// Runs probabilities of `(blocks, value)` through an endpointer; gives what it found and the
/// milliseconds at which it did.
fn run(after_wake: bool, plan: &[(u32, f32)]) -> Vec<(EndpointEvent, u64)> {
    let mut endpointer = Endpointer::new(&Config::default(), 0, after_wake);
    let mut found = Vec::new();
    let mut end = 0;
    for &(blocks, probability) in plan {
        for _ in 0..blocks {
            end += BLOCK_SAMPLES as u64;
            if let Some(what) =
                endpointer.step(probability, -20.0, end).filter(|f| *f != EndpointEvent::Pause)
            {
                found.push((what, end / 16));
                if matches!(what, EndpointEvent::End { .. }) {
                    return found;
                }
            }
        }
    }
    found
}

fn ends(found: &[(EndpointEvent, u64)]) -> (EndReason, Option<(u64, u64)>, u64) {
    match found.last() {
        Some((EndpointEvent::End { reason, speech }, at)) => {
            (*reason, speech.map(|s| (s.start / 16, s.end / 16)), *at)
        }
        other => panic!("did not end: {other:?}"),
    }
}

#[test]
fn a_command_ends_after_the_silence_behind_it() {
    let found = run(true, &[(50, 0.0), (60, 0.9), (100, 0.1)]);
    assert_eq!(found[0].0, EndpointEvent::Start(50 * 256));
    assert_eq!(ends(&found), (EndReason::Silence, Some((800, 1760)), 2464));
}

#[test]
fn a_pause_inside_a_command_does_not_end_it() {
    let found = run(true, &[(20, 0.0), (30, 0.9), (40, 0.1), (30, 0.9), (100, 0.1)]);
    assert_eq!(ends(&found).1, Some((320, 1920)));
}

#[test]
fn the_silence_between_wake_word_and_command_does_not_end_it() {
    // The last 160 ms of the wake word, a second and a half of silence, the command.
    let found = run(true, &[(10, 0.9), (94, 0.1), (60, 0.9), (60, 0.1)]);
    assert_eq!(ends(&found).1, Some((1664, 2624)));
}

#[test]
fn a_command_without_a_pause_is_kept_from_its_beginning() {
    let found = run(true, &[(60, 0.9), (60, 0.1)]);
    assert_eq!(ends(&found).1, Some((0, 960)));
    // In an answer to a question there is no wake word to take away.
    assert_eq!(ends(&run(false, &[(12, 0.9), (60, 0.1)])).1, Some((0, 192)));
}

#[test]
fn a_whole_sentence_ends_sooner_and_its_beginning_later() {
    for (complete, expected) in [(Some(true), 250), (None, 700), (Some(false), 1_200)] {
        let mut endpointer = Endpointer::new(&Config::default(), 0, true);
        let mut end = 0;
        let mut ended = None;
        while ended.is_none() {
            end += BLOCK_SAMPLES as u64;
            let probability = if end < 32_000 { 0.9 } else { 0.1 };
            match endpointer.step(probability, -20.0, end) {
                Some(EndpointEvent::Pause) => endpointer.paused(complete),
                Some(EndpointEvent::End { speech, .. }) => ended = speech,
                _ => {}
            }
        }
        let speech = ended.expect("there was speech");
        let silence = (speech.decided - speech.end) / 16;
        assert!(silence.abs_diff(expected) <= 16, "{complete:?}: {silence} ms");
    }
}

#[test]
fn a_television_does_not_hold_a_whole_sentence_open() {
    let mut endpointer = Endpointer::new(&Config::default(), 0, true);
    for block in 1..2_000 {
        let now = block * BLOCK_SAMPLES as u64;
        // Whole after two seconds; in the second run other words keep coming for ever.
        if now > 32_000 {
            endpointer.progress(Some(true), now - 32_000, now);
        }
        if let Some(EndpointEvent::End { reason, .. }) = endpointer.step(0.9, -20.0, now) {
            assert_eq!(reason, EndReason::Silence);
            assert!((50_000..53_000).contains(&now), "{now}");
            break;
        }
    }
    let mut endpointer = Endpointer::new(&Config::default(), 0, true);
    let ended = (1..2_000).map(|block| block * BLOCK_SAMPLES as u64).find(|&now| {
        if now > 32_000 {
            endpointer.progress(Some(now % 1_024 == 0), 0, now);
        }
        matches!(
            endpointer.step(0.9, -20.0, now),
            Some(EndpointEvent::End { reason: EndReason::TooLong, .. })
        )
    });
    assert!(ended.is_some_and(|now| now < 162_000), "{ended:?}");
}

#[test]
fn who_is_far_away_does_not_hold_a_command_open() {
    let mut endpointer = Endpointer::new(&Config::default(), 0, true);
    let mut end = 0;
    let ended = loop {
        end += BLOCK_SAMPLES as u64;
        // A second of the command, then somebody who is 15 dB softer.
        let level = if end < 16_000 { -20.0 } else { -35.0 };
        if let Some(EndpointEvent::End { speech, .. }) = endpointer.step(0.9, level, end) {
            break speech.map(|speech| speech.end / 16);
        }
    };
    assert!(ended.is_some_and(|ended| (1_000..1_400).contains(&ended)), "{ended:?}");
}

#[test]
fn talk_in_the_background_is_not_the_command() {
    let mut endpointer = Endpointer::new(&Config::default(), 0, true).after_level(-20.0);
    let mut end = 0;
    let ended = loop {
        end += BLOCK_SAMPLES as u64;
        // Somebody far away for a second, quiet, then the command.
        let (probability, level) = match end {
            8_000..24_000 => (0.9, -35.0),
            56_000..72_000 => (0.9, -22.0),
            _ => (0.1, -60.0),
        };
        match endpointer.step(probability, level, end) {
            Some(EndpointEvent::Pause) => endpointer.paused(Some(end > 56_000)),
            Some(EndpointEvent::End { speech, .. }) => {
                break speech.map(|speech| speech.start / 16);
            }
            _ => {}
        }
    };
    assert!(ended.is_some_and(|start| (3_480..3_520).contains(&start)), "{ended:?}");
}

#[test]
fn nobody_spoke() {
    assert_eq!(ends(&run(true, &[(400, 0.1)])), (EndReason::NoSpeech, None, 5008));
    // A knock is not speech, and does not give more time.
    let knock = run(true, &[(100, 0.1), (4, 0.9), (300, 0.1)]);
    assert_eq!(ends(&knock), (EndReason::NoSpeech, None, 5008));
}

#[test]
fn a_television_is_cut_off() {
    assert_eq!(ends(&run(true, &[(2000, 0.9)])).0, EndReason::TooLong);
    assert_eq!(ends(&run(true, &[(2000, 0.9)])).2, 15_008);
}
