# What people agree to. A changed text gets a new version by itself; consents given before keep the old one.

consent-wording = I would like to receive the newsletter “{ $title }” from { $organisation } by e-mail. { $description } I can withdraw this consent at any time with effect for the future, by the unsubscribe link in every mail.

privacy-controller =
    ## Who is responsible
    { $organisation }, { $address }. Please send questions about data protection to: { $contact }.
privacy-officer = Data protection officer: { $officer }.
privacy-data =
    ## Which data we process
    Your e-mail address, the language you chose, your name if you give it, and a record of your consent: the wording you agreed to, when you asked, when you confirmed, and when you withdrew. For each mail we also keep when it was handed over to the mail server and what that answered.
privacy-duty = Only the e-mail address is needed: without it we cannot send you a newsletter. Everything else is voluntary. No law and no contract obliges you to give any of it.
privacy-network-none = We do not store the IP address that a sign-up comes from.
privacy-network-truncated = With your sign-up we store the shortened network address it came from, for { $network_days } days, to be able to look into abuse (Art. 6(1)(f) GDPR).
privacy-network-full = With your sign-up we store the network address it came from, for { $network_days } days, to be able to look into abuse (Art. 6(1)(f) GDPR).
privacy-limits = Against abuse of the form we count sign-ups by network address, for a day at most. What we store for that is a keyed check value from which nobody can read the address.
privacy-purpose =
    ## What for, and on which legal basis
    We process your data in order to send you the newsletter you asked for. The legal basis is your consent (Art. 6(1)(a) GDPR), which you give by the link in the confirmation mail. We keep the record of it because the law demands one (Art. 5(2) and Art. 7(1) GDPR). Protection against abuse is our legitimate interest (Art. 6(1)(f) GDPR). There is no automated decision-making and no profiling.
privacy-recipients =
    ## Who receives the data
privacy-hoster = The server is run for us by: { $hoster }.
privacy-relay = Our mail is transported for us by: { $relay }.
privacy-no-recipients = We run the server and the mail service ourselves. Apart from us and the provider of your mailbox nobody receives your data.
privacy-at-home = A transfer to countries outside the European Union and the European Economic Area is not intended.
privacy-abroad = Transfer to countries outside the European Union and the European Economic Area: { $third_country }
privacy-storage =
    ## How long we keep the data
    A subscription that you do not confirm within { $confirmation_days } days is deleted. We keep a confirmed one for as long as you receive the newsletter. Details of single mails are kept for { $delivery_days } days. The proof of your consent and of the mails sent is kept until { $proof_years } years after the end of the year in which you unsubscribe (limitation under sections 195 and 199 of the German Civil Code). Addresses that we must not write to any more are kept only as a key on a suppression list.
privacy-rights =
    ## Your rights
    You have the right of access (Art. 15 GDPR), to rectification (Art. 16), to erasure (Art. 17), to restriction of processing (Art. 18) and to data portability (Art. 20), and you can object to the processing (Art. 21).
privacy-withdrawal = You can withdraw your consent at any time, most easily by the unsubscribe link in every mail. What was done until then stays lawful.
privacy-complaint = You can complain to a data protection supervisory authority (Art. 77 GDPR).
privacy-authority = The one responsible for us is: { $authority }.
privacy-tracking =
    ## No tracking
    Our mails and pages follow nobody: no counting pixels, no redirected links, no cookies for visitors, nothing from other providers.
