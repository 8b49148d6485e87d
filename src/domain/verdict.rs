//! What a 5yz means: Appendix A1 of our requirements as data. The enhanced status code (RFC 3463) is heard first; where there is
//! none, or one that says nothing, the words decide, and in doubt nobody is suppressed (R92, R101).

use super::delivery::{Reply, Stage};

/// What a 5yz means, wherever it was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    NoSuchMailbox,
    /// Full, unroutable, or nobody knows: the address may be good again.
    Soft,
    Policy,
    Content,
    /// Our sender address is refused.
    OurSender,
    /// A temporary refusal under a permanent code.
    NotNow,
}

use Verdict::{Content, NoSuchMailbox, NotNow, OurSender, Policy, Soft};

/// An enhanced code by its subject and details (none: whatever the detail), and what it means.
struct ByCode(u16, &'static [u16], Verdict);

/// The first that fits counts. A code that is not here may be good again: [`Soft`].
const CODES: [ByCode; 12] = [
    // RFC 5321 §4.5.3.1.10: "too many recipients" is temporary even as a 552 (R62).
    ByCode(5, &[3], NotNow),
    ByCode(1, &[1, 3, 4, 6, 10], NoSuchMailbox),
    ByCode(2, &[1], NoSuchMailbox),
    ByCode(7, &[13, 17, 18], NoSuchMailbox),
    ByCode(1, &[7, 8], OurSender),
    ByCode(7, &[27], OurSender),
    ByCode(2, &[3], Content),
    ByCode(3, &[4], Content),
    // Gmail says 5.4.5 of our own account's daily limit.
    ByCode(4, &[5], Policy),
    ByCode(7, &[], Policy),
    ByCode(5, &[], Content),
    ByCode(6, &[], Content),
];

/// Words as they stand in a reply whose letters are small and in which a single space stands for everything that is neither
/// letter nor digit. The first group of which one is in the reply counts, so what spares the reader stands before what ends them.
const WORDS: [(Verdict, &[&str]); 9] = [
    (NotNow, &["too many recipients"]),
    // Of our sending: reputation, lists, and limits of our own account or speed.
    (
        Policy,
        &[
            "spam",
            "blocked",
            "blacklist",
            "blocklist",
            "block list",
            "black list",
            "denylist",
            "reputation",
            "spf",
            "dkim",
            "dmarc",
            "dnsbl",
            "spamhaus",
            "poor standing",
            "unsolicited",
            "bulk mail",
            "massenmail",
            "virus",
            "phishing",
            "sending limit",
            "sending quota",
            "sending rate",
            "daily quota",
            "daily limit",
            "hourly limit",
            "sendelimit",
            "versandlimit",
            "messages per",
            "emails per",
            "mails per",
            "too many connections",
            "too many messages",
            "too many mails",
            "too many emails",
            "too many errors",
            "too fast",
            "rate limit",
            "ratelimit",
            "throttl",
            "greylist",
            "graylist",
            "grey list",
            "gray list",
            "sender ip",
            "client host",
            "your ip",
            "reverse dns",
            "ptr record",
            "helo",
        ],
    ),
    (
        OurSender,
        &[
            "sender address",
            "sender rejected",
            "sender denied",
            "sender refused",
            "sender verif",
            "sender domain",
            "sender unknown",
            "invalid sender",
            "bad sender",
            "sender invalid",
            "domain of sender",
            "absenderadresse",
            "absender abgelehnt",
            "absender unbekannt",
            "ungültiger absender",
            "ungueltiger absender",
        ],
    ),
    // Who may relay or has to sign in, and whatever else is forbidden.
    (
        Policy,
        &[
            "denied",
            "policy",
            "policies",
            "relaying",
            "relay access",
            "relay not",
            "not relay",
            "no relay",
            "unable to relay",
            "cannot relay",
            "open relay",
            "authentication",
            "authenticate",
            "not authorized",
            "not authorised",
            "not permitted",
            "unauthorized",
            "prohibited",
            "richtlinie",
            "verweigert",
            "nicht erlaubt",
            "nicht gestattet",
            "keine berechtigung",
        ],
    ),
    // A mailbox that is full now.
    (
        Soft,
        &[
            "quota",
            "mailbox full",
            "mailbox is full",
            "mail box full",
            "inbox is full",
            "inbox full",
            "folder is full",
            "box is full",
            "user is full",
            "account is full",
            "account full",
            "maildir is full",
            "overquota",
            "insufficient storage",
            "insufficient system storage",
            "insufficient disk",
            "not enough storage",
            "not enough space",
            "not enough disk",
            "no space left",
            "no more space",
            "out of storage",
            "out of space",
            "disk full",
            "disk space",
            "storage limit",
            "storage space",
            "storage allocation",
            "storage exceeded",
            "exceeded storage",
            "exceeds storage",
            "mailbox size",
            "mailbox limit",
            "mailbox exceeded",
            "mailbox has exceeded",
            "kontingent",
            "postfach voll",
            "postfach ist voll",
            "postfach des empfängers ist voll",
            "postfach des empfaengers ist voll",
            "mailbox voll",
            "mailbox ist voll",
            "überfüllt",
            "ueberfuellt",
            "speicherplatz",
            "speicherlimit",
            "boîte pleine",
            "boite pleine",
            "boîte aux lettres pleine",
            "boite aux lettres pleine",
            "casella piena",
            "buzón lleno",
            "buzon lleno",
            "postvak vol",
            "mailbox vol",
            "skrzynka przepelniona",
            "переполнен",
        ],
    ),
    // A mailbox, host or name service that is not there just now.
    (
        Soft,
        &[
            "temporar",
            "try again",
            "try later",
            "retry",
            "vorübergehend",
            "voruebergehend",
            "zeitweilig",
            "später",
            "spaeter",
            "dns",
            "no mx",
            "mx record",
            "host not found",
            "host unknown",
            "unknown host",
            "no such host",
            "domain not found",
            "domain name not found",
            "unknown domain",
            "no such domain",
            "domain does not exist",
            "domain doesn t exist",
            "host does not exist",
            "hostname does not exist",
            "server does not exist",
            "invalid domain",
            "bad destination",
            "unroutable",
            "unrouteable",
            "unreachable",
            "no route",
            "loop",
            "domain unbekannt",
            "domain existiert nicht",
            "nicht erreichbar",
        ],
    ),
    (
        Content,
        &[
            "message too large",
            "message too big",
            "message too long",
            "message is too large",
            "message is too big",
            "mail too large",
            "mail too big",
            "message size",
            "mail size",
            "email size",
            "size limit",
            "size exceeds",
            "maximum size",
            "maximum message",
            "exceeds size",
            "exceeds the size",
            "nachricht zu groß",
            "nachricht zu gross",
            "nachricht ist zu groß",
            "nachricht ist zu gross",
            "mail zu groß",
            "mail zu gross",
            "mail ist zu groß",
            "mail ist zu gross",
            "message trop",
        ],
    ),
    (
        NoSuchMailbox,
        &[
            "user unknown",
            "unknown user",
            "user is unknown",
            "no such user",
            "no such recipient",
            "no such mailbox",
            "no such address",
            "no such person",
            "no such account",
            "no such email",
            "no such local user",
            "recipient unknown",
            "unknown recipient",
            "recipient not found",
            "recipient is unknown",
            "invalid recipient",
            "does not exist",
            "doesn t exist",
            "not exist",
            "user not found",
            "mailbox not found",
            "mailbox unknown",
            "unknown mailbox",
            "address unknown",
            "unknown address",
            "address not found",
            "account not found",
            "no mailbox",
            "invalid mailbox",
            "unknown local part",
            "no account",
            "doesn t have a yahoo",
            "doesn t have an account",
            "does not have an account",
            "account closed",
            "account has been closed",
            "account is closed",
            "account disabled",
            "account is disabled",
            "account has been disabled",
            "account inactive",
            "account is inactive",
            "mailbox disabled",
            "mailbox is disabled",
            "mailbox has been disabled",
            "mailbox inactive",
            "mailbox is inactive",
            "mailbox closed",
            "mailbox deactivated",
            "user disabled",
            "user is disabled",
            "account deactivated",
            "address disabled",
            "recipient disabled",
            "no longer valid",
            "no longer active",
            "no longer in use",
            "no longer exists",
            "no longer available",
            "deactivated mailbox",
            "mailbox discontinued",
            "address discontinued",
            "empfänger unbekannt",
            "empfaenger unbekannt",
            "empfänger ist unbekannt",
            "unbekannter empfänger",
            "unbekannter empfaenger",
            "benutzer unbekannt",
            "unbekannter benutzer",
            "nutzer unbekannt",
            "adresse unbekannt",
            "unbekannte adresse",
            "existiert nicht",
            "nicht vorhanden",
            "postfach unbekannt",
            "postfach nicht gefunden",
            "kein postfach",
            "kein solches postfach",
            "postfach deaktiviert",
            "postfach ist deaktiviert",
            "konto deaktiviert",
            "konto ist deaktiviert",
            "postfach gelöscht",
            "postfach ist gelöscht",
            "postfach geloescht",
            "utilisateur inconnu",
            "destinataire inconnu",
            "adresse inconnue",
            "usuario desconocido",
            "utente sconosciuto",
            "onbekende gebruiker",
        ],
    ),
    // Shorter words of size, which mean nothing beside those above.
    (Content, &["too large", "too big"]),
];

/// Appendix A1: RFC 3463 by what relays really mean.
pub fn verdict(reply: &Reply) -> Verdict {
    let said = Said::of(&reply.text);
    match coded(reply) {
        _ if reply.code == 552 && said.any(&["too many recipients"]) => NotNow,
        // Gmail says 5.2.1 of closed accounts, and of those that get mail too fast.
        Some((2, 1)) if said.any(&["rate", "limit", "too many", "too fast"]) => Soft,
        // RFC 3463 §3.1: 0 is "other or undefined". These subjects say no more than the words do.
        Some((0 | 5, 0)) | None => in_words(reply, &said).unwrap_or_else(|| bare(reply)),
        Some((1..=4, 0)) => in_words(reply, &said).unwrap_or(Soft),
        Some((subject, detail)) => {
            let fits = |row: &&ByCode| row.0 == subject && (row.1.is_empty() || row.1.contains(&detail));
            CODES.iter().find(fits).map_or(Soft, |row| row.2)
        }
    }
}

/// Whether it was said that this mail is larger than what is taken: of the message, whoever is to get it.
pub fn is_too_large(reply: &Reply) -> bool {
    if !(500..600).contains(&reply.code) {
        return false;
    }
    match coded(reply) {
        Some((2, 3) | (3, 4)) => true,
        Some((0 | 5, 0)) | None => match in_words(reply, &Said::of(&reply.text)) {
            Some(meant) => meant == Content,
            // "Exceeded storage allocation", and not a word: once the mailbox was accepted it is the message's.
            None => reply.code == 552 && reply.stage >= Stage::Data,
        },
        Some(_) => false,
    }
}

/// Whether our sender address was refused, at whatever step: many relays say so first when the recipient is named.
pub fn is_of_our_sender(reply: &Reply) -> bool {
    (500..600).contains(&reply.code)
        && match reply.stage {
            Stage::Mail => true,
            Stage::Rcpt => verdict(reply) == OurSender,
            _ => false,
        }
}

/// Subject and detail of the enhanced code: at the text's start, or (qmail, IronPort) with a # or in parentheses.
fn coded(reply: &Reply) -> Option<(u16, u16)> {
    let at_start = reply.enhanced().map(|(_, subject, detail)| (subject, detail));
    at_start.or_else(|| reply.text.split_whitespace().find_map(marked))
}

fn marked(word: &str) -> Option<(u16, u16)> {
    let bare = word.trim_matches(|c: char| !c.is_ascii_digit());
    if !(word.contains('#') || (word.contains('(') && word.contains(')'))) {
        return None;
    }
    let mut parts = bare.split('.');
    let (class, subject, detail) = (parts.next()?, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    (class == "5" && parts.next().is_none()).then_some((subject, detail))
}

/// A reply's words, ready to be compared.
struct Said(String);

impl Said {
    fn of(text: &str) -> Said {
        Said(
            text.split(|c: char| !c.is_alphanumeric())
                .filter(|word| !word.is_empty())
                .collect::<Vec<_>>()
                .join(" ")
                .to_lowercase(),
        )
    }

    fn any(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.0.contains(word))
    }
}

fn in_words(reply: &Reply, said: &Said) -> Option<Verdict> {
    let meant = WORDS.iter().find(|(_, words)| said.any(words)).map(|(meant, _)| *meant)?;
    // RFC 5321 §4.2.3: only these are said of a mailbox. Others speak of what we wrote, whatever the words.
    match (meant, reply.code) {
        (NoSuchMailbox, 550 | 551 | 553 | 554 | 571) => Some(NoSuchMailbox),
        (NoSuchMailbox, _) => None,
        _ => Some(meant),
    }
}

/// Neither a code that says something nor words that do.
fn bare(reply: &Reply) -> Verdict {
    match reply.code {
        // RFC 7504: 521 and 556 are of hosts and domains that take no mail at all, today.
        521 | 550 | 551 | 552 | 553 | 556 => Soft,
        // RFC 5321 §4.2.1: the second digit 0 is about syntax, so about what we wrote; 555 is about parameters.
        500..=509 | 555 => Content,
        _ => Policy,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_written_as_they_are_compared() {
        for word in WORDS.iter().flat_map(|(_, words)| *words) {
            assert_eq!(Said::of(word).0, *word);
        }
    }
}
