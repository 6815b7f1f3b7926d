//! Words that nothing but a test says, each of its kind, so that one that is found says where it came from.

use super::line::Line;

/// What a visitor writes.
pub(super) const VISITOR: &str = "Quincetree, please: Квитка 7104-5521";
/// What the agent writes.
pub(super) const AGENT: &str = "Medlartree for 8213-9917 рублей";
/// What a button says, and what its agent calls it.
pub(super) const BUTTON: (&str, &str) = ("Lovageleaf", "lovage_id_3391");
/// A file's name and what it holds.
pub(super) const FILE: (&str, &str) = ("tamarindpod.txt", "The sumacberry is red");
/// A file at a URL that anybody may open.
pub(super) const URL: &str = "https://files.example.com/sloeberry/offer.pdf?key=rowanberry";
/// A person's name, phone number and address.
pub(super) const NAME: &str = "Bergamotta";
pub(super) const PHONE: &str = "+79005550142";
pub(super) const EMAIL: &str = "bergamotta@example.org";
/// A place.
pub(super) const PLACE: (f64, f64) = (48.271_828, 16.314_159);
/// What says that it is a secret, and is none.
pub(super) const WRONG: &str = "sorrelroot-0123456789";
/// What stands in a webhook that is refused.
pub(super) const REFUSED: &str = "Chervilstem +79001112233";
/// A chat that only refused and personal webhooks name.
pub(super) const CHAT: i64 = 6_021_400_142;

/// All of them, by kind; each as it would be found, whatever stands around it.
pub(super) const ALL: [(&str, &str); 21] = [
    ("visitor's text", "quincetree"),
    ("visitor's text", "квитка"),
    ("visitor's text", "5521"),
    ("agent's text", "medlartree"),
    ("agent's text", "9917"),
    ("button", "lovageleaf"),
    ("button's id", "3391"),
    ("file's name", "tamarindpod"),
    ("file", "sumacberry"),
    ("file's URL", "sloeberry"),
    ("file's URL", "rowanberry"),
    ("name", "bergamotta"),
    ("phone", "5550142"),
    ("place", "271828"),
    ("place", "314159"),
    ("wrong secret", "sorrelroot"),
    ("refused body", "chervilstem"),
    ("refused body", "1112233"),
    ("chat", "6021400142"),
    ("AWS secret", "persimmon"),
    ("AWS account", "asiasimulated"),
];

/// What is found of `ALL` and of `others` in a text, by kind.
pub(super) fn found(text: &str, others: &[(String, String)]) -> Vec<String> {
    let text = text.to_lowercase();
    let others = others
        .iter()
        .map(|(kind, canary)| (kind.as_str(), canary.as_str()));
    ALL.into_iter()
        .chain(others)
        .filter(|(_, canary)| text.contains(&canary.to_lowercase()))
        .map(|(kind, canary)| format!("{kind}: {canary}"))
        .collect()
}

/// Whether a chat's id stands in a line, by itself.
pub(super) fn names(line: &Line, chat: &str) -> bool {
    let is_whole = chat.chars().all(char::is_alphanumeric);
    match is_whole {
        true => line.words().any(|word| word == chat),
        false => line
            .words()
            .any(|word| chat.split('-').any(|part| part.len() > 3 && part == word)),
    }
}

#[test]
fn what_is_there_is_found() {
    for (kind, canary) in ALL {
        let line = format!(
            r#"{{"timestamp":"t","level":"WARN","reason":"status 400: <{}>"}}"#,
            canary.to_uppercase()
        );
        assert_eq!(found(&line, &[]), [format!("{kind}: {canary}")]);
    }
    let said = [
        VISITOR, AGENT, BUTTON.0, BUTTON.1, FILE.0, FILE.1, URL, NAME, PHONE, EMAIL, WRONG, REFUSED,
    ];
    for said in said {
        assert!(!found(said, &[]).is_empty(), "{said}");
    }
    let secrets = [("secret".to_owned(), "S3cret".to_owned())];
    assert_eq!(found("a s3CRET b", &secrets), ["secret: S3cret"]);
    let line = |reason: &str| {
        Line::read(&format!(
            r#"{{"timestamp":"1001","level":"WARN","reason":"{reason}"}}"#
        ))
    };
    assert!(names(&line("chat 1001 not found"), "1001"));
    assert!(!names(&line("chat 11001 not found"), "1001"));
    assert!(names(&line("no 9401b039"), "9401b039-ace3"));
}
