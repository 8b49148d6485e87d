//! What a cell says of a reader: yes, no, nothing, when, or a word for where they stand. Whatever is not known here is no answer:
//! whoever guessed would let in who has left.

use std::collections::HashMap;
use std::sync::LazyLock;

use jiff::civil::Date;

use super::LeftOut;
use super::dates::{self, When};
use super::headings::of;

/// What a cell answers that asks whether, or when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    Yes,
    No,
    /// It is empty, or holds what programs write where there is nothing, a date before all dates for example.
    Nothing,
    /// At a time that has come.
    When,
}

/// Where somebody stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Gets,
    Not(LeftOut),
}

/// Checked boxes, and yes in the languages of lists and of spreadsheets. No single letters that mean something else elsewhere.
const YES: &str = "1 | 1.0 | 1,0 | true | t | yes | y | on | x | [x] | checked | ✓ | ✔ | ☑ | ✅ | 🗸 | ja | j | wahr | ein | an | oui | \
    vrai | sí | si | verdadero | sì | vero | sim | verdadeiro | waar | sand | sandt | sann | tosi | kyllä | joo | tak | \
    prawda | ano | pravda | áno | igen | igaz | da | adevărat | evet | doğru | да | истина | так | істина | ναι | \
    αληθησ | αληθής | jah | jā | taip | はい | 是 | نعم";

const NO: &str = "0 | 0.0 | 0,0 | false | f | no | n | off | never | [ ] | [] | unchecked | ✗ | ✘ | ☐ | ❌ | nein | falsch | aus | nie | \
    nicht | kein | keine | keiner | non | faux | jamais | falso | não | nao | nee | onwaar | nej | falsk | falskt | nei | \
    usann | ei | epätosi | fałsz | ne | nepravda | nem | hamis | nu | fals | hayır | hayir | yanlış | yanliş | нет | \
    ложь | ні | хибність | όχι | ψευδησ | ψευδής | nē | いいえ | 否 | لا";

/// What programs write where there is nothing.
const NOTHING: &str = " | - | -- | --- | – | — | − | _ | . | .. | / | null | (null) | [null] | <null> | nil | none | (none) | nan | na | \
    n/a | n.a | n. a | n.v | n/v | k.a | k. a | #n/a | #na | #nv | \\n | undefined | (empty) | empty | (leer) | leer | \
    (blank) | not set | never confirmed | nichts | 00:00:00";

const STANDINGS: &[(&str, Standing)] = &[
    (
        "active | aktiv | actief | actif | activo | attivo | enabled | subscribed | subscriber | confirmed | verified | \
        opted in | angemeldet | bestätigt | abonniert | abonnent | abonné | abonnée | inscrit | inscrite | suscrito | \
        suscrita | iscritto | iscritta | geabonneerd",
        Standing::Gets,
    ),
    (
        "unsubscribed | unsubscribe | unsub | not subscribed | opted out | opt out | optout | ended | left | removed | \
        deleted | cancelled | canceled | withdrawn | revoked | declined | rejected | expired | archived | do not contact | \
        abgemeldet | beendet | ausgetragen | gekündigt | gelöscht | widerrufen | widersprochen | abgelehnt | ausgetreten | \
        nicht angemeldet | désabonné | désabonnée | désinscrit | désinscrite | disiscritto | disiscritta | cancellato | \
        cancellata | dado de baja | baja | uitgeschreven | afgemeld | wypisany",
        Standing::Not(LeftOut::Unsubscribed),
    ),
    (
        "blocklisted | blacklisted | blocked | blocklist | blacklist | banned | suppressed | complained | complaint | \
        complainer | spam | spammy | junk | abuse | abused | reported as spam | spam complaint | gesperrt | blockiert | \
        beschwerde",
        Standing::Not(LeftOut::Blocklisted),
    ),
    (
        "cleaned | bounced | bounce | bouncing | hard bounce | hard bounced | hardbounce | soft bounce | soft bounced | \
        undeliverable | unreachable | undelivered | invalid | bereinigt | unzustellbar | ungültig",
        Standing::Not(LeftOut::Cleaned),
    ),
    (
        "disabled | deactivated | inactive | suspended | paused | inaktiv | deaktiviert | ruhend | inactif | inactivo | \
        inattivo",
        Standing::Not(LeftOut::Deactivated),
    ),
    (
        "pending | unconfirmed | not confirmed | nonsubscribed | non subscribed | unverified | not verified | unactivated | \
        validating | waiting | awaiting confirmation | awaiting | invited | requested | open | unbestätigt | \
        nicht bestätigt | ausstehend | offen | wartend | en attente | non confirmé | pendiente | in attesa",
        Standing::Not(LeftOut::Unconfirmed),
    ),
];

/// What a cell answers; None: nobody knows. `today`: no later day has come.
pub fn answer(cell: &str, today: Date) -> Option<Answer> {
    match ANSWERS.get(plain(cell).as_str()) {
        Some(answer) => Some(*answer),
        None => match dates::when(cell, today)? {
            When::Never => Some(Answer::Nothing),
            When::Past => Some(Answer::When),
        },
    }
}

/// The words of the tables, for a million rows.
static ANSWERS: LazyLock<HashMap<&str, Answer>> = LazyLock::new(|| {
    let words = [(YES, Answer::Yes), (NO, Answer::No), (NOTHING, Answer::Nothing)];
    words.into_iter().flat_map(|(words, answer)| of(words).map(move |word| (word, answer))).collect()
});
static WORDS: LazyLock<HashMap<&str, Standing>> =
    LazyLock::new(|| STANDINGS.iter().flat_map(|(words, standing)| of(words).map(|word| (word, *standing))).collect());

/// Where a word says that somebody stands; None: nobody knows.
pub fn status(cell: &str) -> Option<Standing> {
    let word = plain(cell);
    WORDS.get(word.as_str()).copied().or_else(|| {
        let word = word.replace(['_', '-'], " ");
        WORDS.get(word.split_whitespace().collect::<Vec<_>>().join(" ").as_str()).copied()
    })
}

const LONGEST_NO_NAME: usize = 9;
const NO_NAME: &str = " | - | -- | --- | – | — | − | _ | . | .. | ? | / | NULL | null | (null) | [null] | <null> | NIL | nil | None | NONE | \
    none | NaN | nan | NA | N/A | n/a | N.A. | n.a. | n. a. | k.A. | k. A. | k.a. | k. a. | #N/A | #NA | #NV | \\N | \
    undefined | 0";

/// Whether a cell that is to hold a name or a language holds none. Who is called Null, Nan or Na has that name: only what
/// programs write counts.
pub fn is_empty(cell: &str) -> bool {
    let cell = cell.trim();
    cell.len() <= LONGEST_NO_NAME && of(NO_NAME).any(|known| known == cell)
}

/// In small letters, without quotation marks around it or a full stop behind it.
pub fn plain(cell: &str) -> String {
    let mut word = cell.trim().to_lowercase();
    for mark in ['"', '\''] {
        if let Some(inner) = word.strip_prefix(mark).and_then(|rest| rest.strip_suffix(mark)) {
            word = inner.trim().to_owned();
        }
    }
    match word.strip_suffix(['.', '!']) {
        Some(rest) if !rest.is_empty() && !rest.ends_with('.') => rest.to_owned(),
        _ => word,
    }
}
