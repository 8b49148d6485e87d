//! What relays say in words, and what they mean by it.

use super::Verdict::{self, Content, NoSuchMailbox, NotNow, OurSender, Policy, Soft};

/// Parted by commas, as they stand in a reply whose letters are small and in which a single space stands for everything that is
/// neither letter nor digit. The first group of which one is in the reply counts, so what spares the reader stands before what
/// ends them.
pub(super) const WORDS: [(Verdict, &str); 9] = [
    (NotNow, "too many recipients"),
    // Of our sending: reputation, lists, and limits of our own account or speed.
    (
        Policy,
        "spam, blocked, blacklist, blocklist, block list, black list, denylist, reputation, spf, dkim, dmarc, dnsbl, \
         spamhaus, poor standing, unsolicited, bulk mail, massenmail, virus, phishing, sending limit, sending quota, \
         sending rate, daily quota, daily limit, hourly limit, sendelimit, versandlimit, messages per, emails per, \
         mails per, too many connections, too many messages, too many mails, too many emails, too many errors, too \
         fast, rate limit, ratelimit, throttl, greylist, graylist, grey list, gray list, sender ip, client host, your \
         ip, reverse dns, ptr record, helo",
    ),
    (
        OurSender,
        "sender address, sender rejected, sender denied, sender refused, sender verif, sender domain, sender unknown, \
         invalid sender, bad sender, sender invalid, domain of sender, absenderadresse, absender abgelehnt, absender \
         unbekannt, ungültiger absender, ungueltiger absender",
    ),
    // Who may relay or has to sign in, and whatever else is forbidden.
    (
        Policy,
        "denied, policy, policies, relaying, relay access, relay not, not relay, no relay, unable to relay, cannot \
         relay, open relay, authentication, authenticate, not authorized, not authorised, not permitted, unauthorized, \
         prohibited, richtlinie, verweigert, nicht erlaubt, nicht gestattet, keine berechtigung",
    ),
    // A mailbox that is full now.
    (
        Soft,
        "quota, mailbox full, mailbox is full, mail box full, inbox is full, inbox full, folder is full, box is full, \
         user is full, account is full, account full, maildir is full, overquota, insufficient storage, insufficient \
         system storage, insufficient disk, not enough storage, not enough space, not enough disk, no space left, no \
         more space, out of storage, out of space, disk full, disk space, storage limit, storage space, storage \
         allocation, storage exceeded, exceeded storage, exceeds storage, mailbox size, mailbox limit, mailbox \
         exceeded, mailbox has exceeded, kontingent, postfach voll, postfach ist voll, postfach des empfängers ist \
         voll, postfach des empfaengers ist voll, mailbox voll, mailbox ist voll, überfüllt, ueberfuellt, \
         speicherplatz, speicherlimit, boîte pleine, boite pleine, boîte aux lettres pleine, boite aux lettres pleine, \
         casella piena, buzón lleno, buzon lleno, postvak vol, mailbox vol, skrzynka przepelniona, переполнен",
    ),
    // A mailbox, host or name service that is not there just now.
    (
        Soft,
        "temporar, try again, try later, retry, vorübergehend, voruebergehend, zeitweilig, später, spaeter, dns, no mx, \
         mx record, host not found, host unknown, unknown host, no such host, domain not found, domain name not found, \
         unknown domain, no such domain, domain does not exist, domain doesn t exist, host does not exist, hostname \
         does not exist, server does not exist, invalid domain, bad destination, unroutable, unrouteable, unreachable, \
         no route, loop, domain unbekannt, domain existiert nicht, nicht erreichbar",
    ),
    (
        Content,
        "message too large, message too big, message too long, message is too large, message is too big, mail too \
         large, mail too big, message size, mail size, email size, size limit, size exceeds, maximum size, maximum \
         message, exceeds size, exceeds the size, nachricht zu groß, nachricht zu gross, nachricht ist zu groß, \
         nachricht ist zu gross, mail zu groß, mail zu gross, mail ist zu groß, mail ist zu gross, message trop",
    ),
    (
        NoSuchMailbox,
        "user unknown, unknown user, user is unknown, no such user, no such recipient, no such mailbox, no such \
         address, no such person, no such account, no such email, no such local user, recipient unknown, unknown \
         recipient, recipient not found, recipient is unknown, invalid recipient, does not exist, doesn t exist, not \
         exist, user not found, mailbox not found, mailbox unknown, unknown mailbox, address unknown, unknown address, \
         address not found, account not found, no mailbox, invalid mailbox, unknown local part, no account, doesn t \
         have a yahoo, doesn t have an account, does not have an account, account closed, account has been closed, \
         account is closed, account disabled, account is disabled, account has been disabled, account inactive, account \
         is inactive, mailbox disabled, mailbox is disabled, mailbox has been disabled, mailbox inactive, mailbox is \
         inactive, mailbox closed, mailbox deactivated, user disabled, user is disabled, account deactivated, address \
         disabled, recipient disabled, no longer valid, no longer active, no longer in use, no longer exists, no longer \
         available, deactivated mailbox, mailbox discontinued, address discontinued, empfänger unbekannt, empfaenger \
         unbekannt, empfänger ist unbekannt, unbekannter empfänger, unbekannter empfaenger, benutzer unbekannt, \
         unbekannter benutzer, nutzer unbekannt, adresse unbekannt, unbekannte adresse, existiert nicht, nicht \
         vorhanden, postfach unbekannt, postfach nicht gefunden, kein postfach, kein solches postfach, postfach \
         deaktiviert, postfach ist deaktiviert, konto deaktiviert, konto ist deaktiviert, postfach gelöscht, postfach \
         ist gelöscht, postfach geloescht, utilisateur inconnu, destinataire inconnu, adresse inconnue, usuario \
         desconocido, utente sconosciuto, onbekende gebruiker",
    ),
    // Shorter words of size, which mean nothing beside those above.
    (Content, "too large, too big"),
];
