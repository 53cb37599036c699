//! The questions of `kartoteka init`: few, each with what an empty line means.

use super::Answers;
use std::io;

/// Asks what is not known yet; an end of input takes the rest as usual.
///
/// # Errors
/// When the answers cannot be read.
pub(super) fn ask(
    given: Answers,
    say: &mut dyn FnMut(&str),
    answer: &mut dyn FnMut() -> io::Result<Option<String>>,
) -> io::Result<Answers> {
    let mut answers = given;
    say("An empty line takes what stands in brackets.");
    let mut one = |place: &mut Option<String>, question: &str| -> io::Result<()> {
        if place.is_none() {
            say(question);
            let said = answer()?.unwrap_or_default().trim().to_owned();
            *place = Some(said).filter(|said| !said.is_empty());
        }
        Ok(())
    };
    one(
        &mut answers.data,
        "\nWhere is everything kept that this machine keeps? On a local disk. [./kartoteka-data]",
    )?;
    one(
        &mut answers.inbox,
        "\nWhere do stations drop their files? A folder, may be a share. [inbox in that directory]",
    )?;
    one(
        &mut answers.archive,
        "\nWhere are originals kept? file:PATH, or s3://BUCKET/PREFIX with Object Lock. [in that \
         directory]",
    )?;
    if answers
        .archive
        .as_deref()
        .is_some_and(|url| url.starts_with("s3:"))
    {
        one(
            &mut answers.endpoint,
            "\nAt which address is that S3 server? [AWS]",
        )?;
    }
    one(
        &mut answers.ledger,
        "\nWhere is the ledger? postgres://USER@HOST/DATABASE if several machines are to share the \
         work. [SQLite in that directory]",
    )?;
    one(
        &mut answers.listen,
        "\nWhere does the server listen? Addresses of other machines need TLS. [127.0.0.1:8700]",
    )?;
    Ok(answers)
}

#[cfg(test)]
mod tests {
    use super::{Answers, ask};

    /// What is asked of somebody who types those lines.
    fn check(given: Answers, lines: &[&str], questions: usize) -> Answers {
        let mut lines = lines.iter();
        let mut asked = 0;
        let answers = ask(given, &mut |_| asked += 1, &mut || {
            Ok(lines.next().map(|line| (*line).to_owned()))
        })
        .unwrap();
        // The first line is no question.
        assert_eq!(asked - 1, questions);
        assert_eq!(lines.next(), None, "an answer nobody asked for");
        answers
    }

    #[test]
    fn empty_lines_and_the_end_of_input_mean_the_usual() {
        assert_eq!(
            check(Answers::default(), &["", "", ""], 5),
            Answers::default()
        );
    }

    #[test]
    fn what_was_given_is_not_asked_and_s3_has_one_question_more() {
        let given = Answers {
            data: Some("/srv".into()),
            ..Answers::default()
        };
        let lines = ["/mnt/scans", " s3://b ", "https://s3", "", "0.0.0.0:8700"];
        let answers = check(given, &lines, 5);
        assert_eq!(answers.data.as_deref(), Some("/srv"));
        assert_eq!(answers.archive.as_deref(), Some("s3://b"));
        assert_eq!(answers.endpoint.as_deref(), Some("https://s3"));
        assert_eq!(answers.ledger, None);
    }
}
