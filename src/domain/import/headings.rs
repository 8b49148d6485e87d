//! What headings mean, in our own export, in those of other systems, and in lists in several languages; and which of those that
//! nobody knows may say that somebody has left.

use super::{Field, Format, OWN};

/// A heading as it is compared: in small letters, without what only stands around it.
pub fn normal(heading: &str) -> String {
    let heading = heading.trim_matches(super::row::is_blank).to_lowercase();
    let words: Vec<&str> = heading.split(super::row::is_blank).filter(|word| !word.is_empty()).collect();
    words.join(" ").trim_end_matches([':', '*', ' ']).to_owned()
}

/// Whose file has these headings.
pub fn format(headings: &[&str]) -> Format {
    let headings: Vec<String> = headings.iter().map(|heading| normal(heading)).collect();
    let has = |name: &str| headings.iter().any(|heading| heading == name);
    if OWN.iter().all(|name| has(name)) {
        Format::Own
    } else if ["uuid", "email", "attributes", "status"].iter().all(|name| has(name)) {
        Format::Listmonk
    } else if ["leid", "euid", "member_rating"].iter().any(|name| has(name)) {
        Format::Mailchimp
    } else if ["email", "registered", "activated"].iter().all(|name| has(name)) {
        Format::CleverReach
    } else {
        Format::Plain
    }
}

pub fn meaning(format: Format, heading: &str) -> Option<Field> {
    let heading = normal(heading);
    let own: &[(&str, Field)] = match format {
        Format::Own => &[
            ("address", Field::Email),
            ("state", Field::Status),
            ("requested_at", Field::Date),
            // The state tells whether; this tells when.
            ("confirmed_at", Field::Date),
            ("ended_at", Field::Ignore),
            ("ended_channel", Field::Ignore),
        ],
        Format::Listmonk => &[("created_at", Field::Date), ("updated_at", Field::Ignore)],
        Format::Mailchimp => &[
            ("optin_time", Field::Date),
            ("optin_ip", Field::Ignore),
            ("confirm_time", Field::Confirmed),
            ("confirm_ip", Field::Ignore),
            ("unsub_time", Field::Ended),
            ("unsub_reason", Field::Reason),
            ("unsub_reason_other", Field::Reason),
            ("unsub_campaign_title", Field::Reason),
            ("unsub_campaign_id", Field::Reason),
            ("clean_time", Field::Bounced),
            // The time tells whether.
            ("clean_campaign_title", Field::Ignore),
            ("clean_campaign_id", Field::Ignore),
            // Theirs, not the person's, or more than is needed.
            ("language", Field::Language),
            ("timezone", Field::Ignore),
        ],
        Format::CleverReach => &[
            ("registered", Field::Date),
            ("activated", Field::Confirmed),
            ("deactivated", Field::Ended),
            ("bounced", Field::Bounced),
            ("active", Field::Status),
            ("last_ip", Field::Ignore),
        ],
        Format::Plain => &[],
    };
    own.iter()
        .find(|(name, _)| *name == heading)
        .map(|(_, field)| *field)
        .or_else(|| EVERYWHERE.iter().find(|(names, _)| of(names).any(|name| name == heading)).map(|(_, field)| *field))
}

const EVERYWHERE: &[(&str, Field)] = &[
    (
        "email | e-mail | e_mail | mail | email address | e-mail address | emailaddress | email_address | subscriber email | \
        contact email | user_email | email-address | emails | e-mail 1 - value | e-mail-adresse | e-mailadresse | \
        emailadresse | email-adresse | mailadresse | mail-adresse | e-mail adresse | email adresse | adresse e-mail | \
        adresse email | adresse mail | courriel | adresse électronique | correo | correo electrónico | correo electronico | \
        posta elettronica | indirizzo email | indirizzo e-mail | e-mailadres | emailadres | adres e-mail | \
        endereço de e-mail | e-post | e-postadress | e-mailová adresa | эл. почта | 電子郵件 | メールアドレス",
        Field::Email,
    ),
    (
        "name | full name | fullname | full_name | display name | vollständiger name | anzeigename | vor- und nachname | \
        vorname nachname | nom complet | nombre completo | nome completo | volledige naam | real name | subscriber name",
        Field::Name,
    ),
    (
        "first name | firstname | first_name | first-name | given name | given_name | vorname | prénom | prenom | nombre | \
        voornaam | imię | fname",
        Field::FirstName,
    ),
    (
        "last name | lastname | last_name | last-name | surname | family name | family_name | nachname | familienname | \
        zuname | nom de famille | apellido | apellidos | cognome | achternaam | nazwisko | lname",
        Field::LastName,
    ),
    (
        "language | lang | locale | preferred language | sprache | bevorzugte sprache | langue | idioma | lingua | taal | język",
        Field::Language,
    ),
    (
        "status | state | zustand | list status | list_status | global status | global_status | subscription status | \
        subscription_status | subscriber status | subscriber_status | contact status | contact_status | email status | \
        email_status | email marketing status | marketing status | mailing status | newsletter status | abo-status | \
        abostatus | newsletterstatus | newsletter-status | statut | estado | stato | stav",
        Field::Status,
    ),
    (
        "date | datum | zeitstempel | timestamp | anmeldedatum | angemeldet | angemeldet am | subscribed_at | subscribed at | \
        subscribed on | subscribed | subscribed_on | date subscribed | subscription date | subscribe date | opt-in-datum | \
        opt-in date | optin_time | optin date | signup date | sign-up date | signed up | signed up at | date added | \
        date_added | created | created at | created_at | created on | joined | joined at | date joined | registriert am | \
        registrierungsdatum | eingetragen am | eintragungsdatum | erstellt am | hinzugefügt am | horodateur | \
        date d'inscription | marca temporal | informazioni cronologiche",
        Field::Date,
    ),
    (
        "confirmed | confirmed_at | confirmed at | confirmed on | confirm_time | confirmation date | confirmation time | \
        date confirmed | bestätigt | bestätigt am | bestätigungsdatum | doi-datum | doi date | doi_date | \
        double opt-in date | double-opt-in-datum | confirmé | confirmado | confermato",
        Field::Confirmed,
    ),
    ("source | quelle | herkunft | sign up source | signup source | subscriber source | anmeldequelle", Field::Source),
    // A record cannot forget a part of itself, as retention.network_days wants it; and it proves nothing (R147).
    ("ip | ip address | ip_address | ip-adresse", Field::Ignore),
    (
        "unsubscribed | unsubscribed_at | unsubscribed at | unsubscribed on | unsubscribe date | unsubscribe_date | \
        unsub_time | date unsubscribed | unsubscribed date | unsubscribed from all email | abgemeldet | abgemeldet am | \
        abmeldedatum | deaktiviert | deactivated | désinscrit | désabonné",
        Field::Ended,
    ),
    ("unsubscribe reason | unsubscribe_reason | unsub_reason | abmeldegrund | grund der abmeldung", Field::Reason),
    ("bounced | bounced_at | hard bounces | hard_bounces | bounce date", Field::Bounced),
    ("id | uuid | nr | nr. | anrede | titel | salutation", Field::Ignore),
];

/// Words of a table, between bars.
pub(super) fn of(words: &str) -> impl Iterator<Item = &str> {
    words.split('|').map(str::trim)
}

/// Parts of words that headings about consent have, spaces and signs left out. Too many do no harm: whoever imports is asked.
const SMELLS: &str = "optin | optout | opted | unsub | subscri | abmeld | abgemeld | anmeld | angemeld | austrag | ausgetr | eintrag | \
    eingetr | kündig | kuendig | consent | einwillig | zustimm | zugestimmt | einverst | bounc | unzustell | undeliver | \
    block | blacklist | sperr | suppress | complain | beschwer | spam | abuse | junk | dsgvo | gdpr | rgpd | lopd | \
    privacy | datenschutz | permission | erlaub | status | zustand | widerr | widersp | revok | revoc | withdr | declin | \
    reject | refus | denied | abgelehnt | ablehn | disab | aktiv | activ | delet | gelösch | geloesch | lösch | remov | \
    entfern | clean | bereinig | confirm | bestätig | bestaetig | verif | doi | doubleopt | abo | dnc | dnm | donot | \
    dont | nicht | kein | nomail | noemail | nonewsletter | nolonger | newsletter | mailing | marketing | werb | advert | \
    promo | receive | erhalt | erhält | möchte | moechte | wants | agree | accept | akzept | allow | invalid | ungült | \
    unguelt | quarant | cancel | storn | expir | ablauf | abgelaufen | ended | beend | enddat | leavedat | leftat | \
    lefton | austritt | exit | quit | inactif | désab | desab | désin | desin | désuns | baja | rifiut | disiscr | \
    cancell | annull | consens | afgemeld | afmeld | uitschr | uitgeschr | toestemm | zgoda | wypis | rezygn | souhlas | \
    odhlas | frameld | afmeldt | avregist | samtyck | samtykke | objecti | opposit | verstorben | deceased";

/// Whether a heading that nobody knows may tell who agreed and who did not.
pub fn smells_of_consent(heading: &str) -> bool {
    let letters: String = normal(heading).chars().filter(|c| c.is_alphabetic()).collect();
    letters == "state" || letters == "left" || of(SMELLS).any(|part| letters.contains(part))
}
