//! Sums and units, from the sentence to what is said.

mod common;

use language::testing::{english, language};
use std::time::SystemTime;

use common::{say, talk};
use skills::Sums;
use voice::Outcome;

const NOW: SystemTime = SystemTime::UNIX_EPOCH;

#[tokio::test]
async fn sums_are_said_with_their_result() {
    talk(
        &Sums,
        NOW,
        &[
            ("what is 12 times 14", "12 times 14 is 168."),
            ("what is twelve times fourteen", "12 times 14 is 168."),
            ("what's 3 plus 4 minus 2", "3 plus 4 minus 2 is 5."),
            ("what is 2 + 3 * 4", "2 plus 3 times 4 is 14."),
            ("3+4", "3 plus 4 is 7."),
            ("7 divided by 3", "7 divided by 3 is about 2.33."),
            ("how much is 3 minus 10", "3 minus 10 is minus 7."),
            ("what is minus 5 plus 2", "Minus 5 plus 2 is minus 3."),
            ("what is 1,000 divided by 8", "1000 divided by 8 is 125."),
            ("what is 10% of 1,249.50", "10 percent of 1249.50 is 124.95."),
            ("what is 45.75 times 2", "45.75 times 2 is 91.5."),
            ("what is three and a half times two", "3.5 times 2 is 7."),
            ("what is 0.05 times 3", "0.05 times 3 is 0.15."),
            ("what is three point one four times two", "3.14 times 2 is 6.28."),
            ("what is two hundred and fifty plus one", "250 plus 1 is 251."),
            ("what is fifty thousand plus a hundred", "50000 plus 100 is 50100."),
            ("what is 1.5 million divided by 3", "1500000 divided by 3 is 500000."),
            ("what is 2 to the power of 10", "2 to the power of 10 is 1024."),
            ("what is the square root of 2", "The square root of 2 is about 1.41."),
            ("what is the cube root of 27", "The cube root of 27 is 3."),
            ("what's 12 squared", "12 squared is 144."),
            ("what is half of 90", "Half of 90 is 45."),
            ("what is a third of 10", "A third of 10 is about 3.33."),
            ("what is two thirds of 90", "Two thirds of 90 is 60."),
        ],
    )
    .await;
}

#[tokio::test]
async fn percents_are_of_off_and_on() {
    talk(
        &Sums,
        NOW,
        &[
            ("what is 15 percent of 80", "15 percent of 80 is 12."),
            ("what's 7.5% of 200", "7.5 percent of 200 is 15."),
            ("20 percent off 50", "20 percent off 50 is 40."),
            ("what is 50 plus 19 percent", "50 plus 19 percent is 59.5."),
            ("what percentage of 80 is 12", "12 of 80 is 15 percent."),
        ],
    )
    .await;
}

#[tokio::test]
async fn units_are_converted() {
    talk(
        &Sums,
        NOW,
        &[
            ("how many ounces in 200 grams", "200 grams is about 7.05 ounces."),
            ("how many cups in a liter", "1 liter is about 4.23 cups."),
            ("how many ounces are in a cup", "1 cup is 8 fluid ounces."),
            ("how many tablespoons in a cup", "1 cup is 16 tablespoons."),
            ("convert 10 miles to kilometers", "10 miles is about 16.09 kilometers."),
            (
                "what is 70 fahrenheit in celsius",
                "70 degrees Fahrenheit is about 21.1 degrees Celsius.",
            ),
            (
                "what is minus 40 degrees celsius in fahrenheit",
                "Minus 40 degrees Celsius is minus 40 degrees Fahrenheit.",
            ),
            ("5 feet 10 in centimeters", "5 feet 10 is 177.8 centimeters."),
            ("how tall is 6 foot 2 in meters", "6 feet 2 is about 1.88 meters."),
            ("how many seconds in a day", "1 day is 86400 seconds."),
            ("how many megabytes are in 2 gigabytes", "2 gigabytes is 2000 megabytes."),
            (
                "convert 100 miles per hour to kilometers per hour",
                "100 miles per hour is about 160.9 kilometers per hour.",
            ),
            ("how many days in a year", "1 year is 365 days."),
            ("how many weeks are in a year", "1 year is about 52.14 weeks."),
            (
                "how many square feet in 20 square meters",
                "20 square meters is about 215.3 square feet.",
            ),
            ("what is 30°C in F", "30 degrees Celsius is 86 degrees Fahrenheit."),
            ("what is 20 degrees in fahrenheit", "20 degrees Celsius is 68 degrees Fahrenheit."),
            ("how many milliliters in half a cup", "0.5 cups is about 118.3 milliliters."),
            ("5km in miles", "5 kilometers is about 3.11 miles."),
            ("how many days are there in 3 weeks", "3 weeks is 21 days."),
        ],
    )
    .await;
}

#[tokio::test]
async fn what_cannot_be_is_said_so() {
    for (text, speech) in [
        ("what is 5 divided by 0", "I can't divide by zero."),
        ("what is 9999 to the power of 9999", "That number is too big for me."),
        (
            "how many ounces in 3 meters",
            "I can't convert meters to ounces: they don't measure the same thing.",
        ),
        (
            "how many cups in 200 grams",
            "I can't convert grams to cups: that depends on what it is.",
        ),
    ] {
        let reply = say(&Sums, text, NOW).await;
        assert_eq!(english(&reply.speech), speech, "{text}");
        assert!(reply.outcome == Outcome::Failed, "{text}");
    }
}

#[test]
fn every_unit_of_the_sentences_is_known() {
    let (_, sentences) = language()
        .sentences()
        .into_iter()
        .find(|(name, _)| name.contains("sums"))
        .expect("the sums");
    let units = sentences.split_once("\n  unit:\n").expect("the list").1;
    let units: Vec<_> = units
        .lines()
        .skip(1)
        .map_while(|line| line.strip_prefix("      - ")?.split_once("out: "))
        .collect();
    assert!(units.len() >= 60);
    let known = include_str!("../src/sums/units.txt");
    for (line, unit) in units {
        let unit = unit.trim_end_matches('}');
        assert!(known.lines().any(|row| row.split('\t').next() == Some(unit)), "{line}");
    }
}
