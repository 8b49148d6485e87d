# What people agree to. A changed text gets a new version by itself; consents given before keep the old one.

consent-wording = I would like to receive the newsletter “{ $title }” from { $organisation } by e-mail. { $description } I can withdraw this consent at any time with effect for the future, by the unsubscribe link in every mail.

privacy-controller = Controller: { $organisation }, { $address }. Contact for questions about data protection: { $contact }.
privacy-officer = Data protection officer: { $officer }.
privacy-purpose = We process your e-mail address in order to send you the newsletter you asked for. The legal basis is your consent (Art. 6(1)(a) GDPR). Only the e-mail address is needed; a name is voluntary. There is no automated decision-making.
privacy-data = We keep your e-mail address, the language you chose, your name if you gave it, and a record of your consent: the wording you agreed to, when you asked, when you confirmed, and when you withdrew. We do not store your IP address.
privacy-recipients = Recipients: our hosting provider ({ $hoster }) and the provider that transports our mail ({ $relay }).
privacy-limits = Against abuse of the form we count sign-ups by network address, for a day at most. What we store for that is a keyed check value from which nobody can read the address; the address itself is not stored for that (Art. 6(1)(f) GDPR).
privacy-network = With your sign-up we store the network address it came from, for { $network_days } days, as part of its proof (Art. 6(1)(f) GDPR).
privacy-network-short = With your sign-up we store the shortened network address it came from, for { $network_days } days, as part of its proof (Art. 6(1)(f) GDPR).
privacy-storage = If you do not confirm your subscription within { $confirmation_days } days, it lapses and your confirmation link stops working. We keep your data for as long as you subscribe. Details of single mails are kept for { $delivery_days } days, the proof of your consent for { $proof_years } years after the end of the year in which you unsubscribe.
privacy-rights = You have the right to information, rectification, erasure, restriction of processing, data portability and objection (Art. 15 to 18, 20 and 21 GDPR). You can withdraw your consent at any time; what was done until then stays lawful.
privacy-authority = You can complain to a supervisory authority, for example: { $authority }.
privacy-tracking = Our mails and pages contain no tracking: no counting pixels, no redirected links, no cookies for visitors.
